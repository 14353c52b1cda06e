//! Each of the two walls between workspaces, alone. `authz` has both together.
use crate::authz::foreign_rows;
use crate::support::TestApp;
use crate::walk::root;

/// Row security off: the statements' own filters are all there is.
#[actix_web::test]
async fn the_filters_suffice_alone() {
    for mode in ["standard", "strict"] {
        let app = TestApp::with(&["--row-security", mode, "--outgoing-hosts", "127.0.0.1"]).await;
        app.sql(OFF).await;
        assert_eq!(app.count("pg_class WHERE relrowsecurity").await, 0);
        foreign_rows(&app).await;
    }
}

/// The filters gone: in strict mode the policies are all there is.
///
/// The filters are taken out of the statements where PostgreSQL resolves them. The columns of workspaces are of a domain
/// over `uuid`, and for this domain there is an operator `=` that compares nothing when the tenants' role asks. Every
/// `workspace_id = $n` of every statement means it then, whoever wrote it; comparisons of two such columns (joins,
/// foreign keys) and the policies, which were made before the operator, mean what they always do.
#[actix_web::test]
async fn row_security_suffices_alone() {
    let app = without_filters().await;
    foreign_rows(&app).await;
}

/// What the test above rests on: without either wall, everything lies open.
#[actix_web::test]
async fn without_either_wall_everything_lies_open() {
    let app = without_filters().await;
    let (a, b) = (app.seeker().await, app.seeker().await);
    let contact = app.post("/v1/contacts", &a, serde_json::json!({ "given_name": "Ada" })).await.expect(201);
    app.get(contact.header("location"), &b).await.expect(404);
    app.sql(OFF).await;
    app.get(contact.header("location"), &b).await.expect(200);
    let list = app.get("/v1/contacts", &b).await.expect(200);
    assert_eq!(list.json["data"][0]["id"], contact.id());
    app.patch(contact.header("location"), &b, serde_json::json!({ "given_name": "Eve" })).await.expect(200);
    assert_eq!(app.get(contact.header("location"), &a).await.expect(200).json["given_name"], "Eve");
}

const OFF: &str = "DO $$
    DECLARE walled regclass;
    BEGIN
        FOR walled IN SELECT oid FROM pg_class WHERE relrowsecurity LOOP
            EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', walled);
        END LOOP;
    END $$";

const NEUTRAL: &str = "
    CREATE FUNCTION is_of_tenant(tenant_id, uuid) RETURNS boolean STABLE LANGUAGE sql AS
        $$ SELECT current_user = 'inroad_tenant' OR $1::uuid OPERATOR(pg_catalog.=) $2 $$;
    CREATE FUNCTION is_of_tenant(uuid, tenant_id) RETURNS boolean STABLE LANGUAGE sql AS
        $$ SELECT current_user = 'inroad_tenant' OR $1 OPERATOR(pg_catalog.=) $2::uuid $$;
    CREATE OPERATOR = (LEFTARG = tenant_id, RIGHTARG = uuid, FUNCTION = is_of_tenant);
    CREATE OPERATOR = (LEFTARG = uuid, RIGHTARG = tenant_id, FUNCTION = is_of_tenant);";

/// A service in strict mode whose workspaces' statements filter nothing.
async fn without_filters() -> TestApp {
    let mut sql = String::from("CREATE DOMAIN tenant_id AS uuid;\n");
    let mut folders: Vec<_> = std::fs::read_dir(root().join("migrations")).unwrap().flatten().collect();
    folders.retain(|entry| entry.path().is_dir());
    folders.sort_by_key(std::fs::DirEntry::file_name);
    let texts: Vec<String> =
        folders.iter().map(|folder| std::fs::read_to_string(folder.path().join("up.sql")).unwrap()).collect();
    let all = texts.concat();
    let is_walled = |table: &str| all.contains(&format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"));
    for part in all.split_inclusive(");\n") {
        let table = part.split("CREATE TABLE ").nth(1).and_then(|rest| rest.split(' ').next());
        match table {
            Some("workspaces") => sql += &part.replacen("    id uuid PRIMARY KEY", "    id tenant_id PRIMARY KEY", 1),
            Some(table) if is_walled(table) => {
                assert!(part.contains("    workspace_id uuid "), "{part}");
                sql += &part.replacen("    workspace_id uuid ", "    workspace_id tenant_id ", 1);
            }
            _ => sql += part,
        }
    }
    sql += NEUTRAL;
    TestApp::with_schema(&sql, &["--row-security", "strict", "--outgoing-hosts", "127.0.0.1"]).await
}
