//! The paths of the API.
use actix_web::http::Method;
use serde_json::Value;

/// The paths of the document, to tell a wrong method from a wrong path.
pub struct Paths(Vec<(Vec<String>, Vec<Method>)>);

impl Paths {
    pub fn of(document: &Value) -> Self {
        let paths = document["paths"].as_object().into_iter().flatten();
        Self(
            paths
                .map(|(path, item)| {
                    let methods = item.as_object().into_iter().flatten();
                    let methods =
                        methods.filter_map(|(name, _)| Method::from_bytes(name.to_uppercase().as_bytes()).ok());
                    (path.split('/').map(str::to_owned).collect(), methods.collect())
                })
                .collect(),
        )
    }

    /// The methods of a path, `HEAD` and `OPTIONS` included; none where there is no such path.
    pub fn methods(&self, path: &str) -> Vec<&str> {
        let given: Vec<&str> = path.split('/').collect();
        // What has a path of its own is no id.
        let literal = self.0.iter().any(|(pattern, _)| *pattern == given);
        let takes = |want: &str, have: &str| want.starts_with('{') && !have.is_empty() && !(literal && want == "{id}");
        let fits = |pattern: &[String]| {
            pattern.len() == given.len()
                && pattern.iter().zip(&given).all(|(want, have)| want == have || takes(want, have))
        };
        let mut methods: Vec<&str> = Vec::new();
        for (_, found) in self.0.iter().filter(|(pattern, _)| fits(pattern)) {
            methods.extend(found.iter().map(Method::as_str));
            if found.contains(&Method::GET) {
                methods.push("HEAD");
            }
        }
        if !methods.is_empty() {
            methods.push("OPTIONS");
        }
        methods.sort_unstable();
        methods.dedup();
        methods
    }
}
