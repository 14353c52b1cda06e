//! Reads a text and finds what is wrong with it, all at once.
use std::ops::Range;

use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, ForLoop, IfCond, Stmt, UnaryOpKind};
use minijinja::machinery::{Token, parse, tokenize};
use minijinja::value::ValueKind;

use super::{NO_TEXT, Problem, filters, kinds, syntax};
use crate::http::schema::nearest;
use crate::templates::variables;

/// Tokens of one tag. A tag cannot nest deeper than it has tokens.
const TOKENS: usize = 120;
/// Tags of a text with a statement. Statements cannot nest deeper than there are.
const STATEMENTS: usize = 200;
/// Faults of a text that are told.
const PROBLEMS: usize = 20;

/// A variable that a text names, and where for the first time: a byte offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    pub variable: String,
    pub at: usize,
}

/// The variables that a text names, or all that is wrong with it.
pub fn check(source: &str) -> Result<Vec<Use>, Vec<Problem>> {
    let mut problems = measure(source);
    let mut uses = Vec::new();
    if problems.is_empty() {
        (uses, problems) = read(source);
    }
    problems.sort_by_key(|problem| problem.at);
    problems.truncate(PROBLEMS);
    if problems.is_empty() { Ok(uses) } else { Err(problems) }
}

/// Holds tags to their limits, before anything reads them in depth.
fn measure(source: &str) -> Vec<Problem> {
    let (mut problems, mut tokens, mut statements) = (Vec::new(), 0, 0);
    for token in tokenize(source, false, syntax()) {
        // What is no token the parser tells.
        let Ok((token, span)) = token else { break };
        let at = span.start_offset as usize;
        match token {
            Token::VariableStart => tokens = 0,
            Token::BlockStart => {
                tokens = 0;
                statements += 1;
                if statements == STATEMENTS + 1 {
                    problems.push(Problem::new("too_complex", at, format!("more than {STATEMENTS} statements")));
                }
            }
            _ => {
                tokens += 1;
                if tokens == TOKENS + 1 {
                    problems.push(Problem::new("too_complex", at, format!("more than {TOKENS} parts in one tag")));
                }
            }
        }
    }
    problems
}

/// Parses and walks. A tag that does not parse is blanked out, so that what follows it can be read, too; without a
/// condition or a loop that does not, nothing is sure.
fn read(source: &str) -> (Vec<Use>, Vec<Problem>) {
    let (mut text, mut problems) = (source.to_owned(), Vec::new());
    while problems.len() < PROBLEMS {
        let error = match parse(&text, "text", syntax()) {
            Ok(tree) => {
                let mut walker = Walker { problems, ..Walker::default() };
                walker.statement(&tree);
                return (walker.uses, walker.problems);
            }
            Err(error) => error,
        };
        let at = error.range().map_or(0, |range| range.start);
        let detail = error.detail().unwrap_or("it cannot be read");
        let (at, detail) = match (unclosed(&text, at), open_block(&text)) {
            (Some(start), _) => (start, format!("this tag is not closed: {detail}")),
            (None, Some(open)) if at >= open.missed_at => (open.at, open.detail()),
            (None, _) => (at, detail.to_owned()),
        };
        problems.push(Problem::new("template_syntax", at, detail));
        let Some(tag) = tag_around(&text, at) else { break };
        let blank = |c: char| if c == '\n' { "\n".to_owned() } else { " ".repeat(c.len_utf8()) };
        let blank: String = text[tag.clone()].chars().map(blank).collect();
        text.replace_range(tag, &blank);
    }
    (Vec::new(), problems)
}

/// Where a tag begins that a fault lies in or behind, and that is not closed before the next one begins.
fn unclosed(text: &str, at: usize) -> Option<usize> {
    let begin = |from: usize| ["{{", "{%", "{#"].iter().filter_map(|open| Some(from + text[from..].find(open)?)).min();
    let mut next = begin(0);
    while let Some(start) = next {
        let (close, is_comment) = match &text[start..start + 2] {
            "{{" => ("}}", false),
            "{%" => ("%}", false),
            _ => ("#}", true),
        };
        let end = text[start..].find(close).map(|end| start + end);
        let other = begin(start + 2).filter(|_| !is_comment);
        if end.is_none_or(|end| other.is_some_and(|other| other < end)) {
            return (at >= start && other.is_none_or(|other| at <= other + 2)).then_some(start);
        }
        next = end.and_then(begin);
    }
    None
}

/// A condition or a loop without its end.
struct Open<'a> {
    name: &'a str,
    /// Where its tag begins.
    at: usize,
    /// The tag that should have been its end, or the last thing in the text.
    missed_at: usize,
}

impl Open<'_> {
    fn detail(&self) -> String {
        format!("this `{0}` has no `{{% end{0} %}}`", self.name)
    }
}

/// The innermost condition or loop that is still open where another ends, or where the text does.
fn open_block(text: &str) -> Option<Open<'_>> {
    let (mut open, mut tag, mut last) = (Vec::new(), None, 0);
    for (token, span) in tokenize(text, false, syntax()).map_while(Result::ok) {
        let begun = tag.take();
        last = span.start_offset as usize;
        match (token, begun) {
            (Token::BlockStart, _) => tag = Some(last),
            (Token::Ident(name @ ("if" | "for")), Some(at)) => open.push((name, at)),
            (Token::Ident(end @ ("endif" | "endfor")), Some(at)) => match open.pop() {
                Some((name, _)) if end.ends_with(name) => {}
                Some((name, start)) => return Some(Open { name, at: start, missed_at: at }),
                None => return None,
            },
            _ => {}
        }
    }
    open.pop().map(|(name, at)| Open { name, at, missed_at: last })
}

/// The whole of the tag that a byte is in, if what is around it can be read without it.
fn tag_around(text: &str, at: usize) -> Option<Range<usize>> {
    let mut reach = (at + 2).min(text.len());
    while !text.is_char_boundary(reach) {
        reach += 1;
    }
    let from = text[..reach].rfind("{{").max(text[..reach].rfind("{%"))?;
    let inside = &text[from..];
    let close = if inside.starts_with("{{") { "}}" } else { "%}" };
    let to = inside.find(close)? + close.len();
    let word = inside[2..].trim_start_matches(['-', '+', ' ', '\n', '\t']);
    let structure = ["if", "elif", "else", "endif", "for", "endfor", "raw", "endraw"];
    let begins = |name: &&str| word.strip_prefix(*name).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    let needed = close == "%}" && structure.iter().any(begins);
    (!needed && from + to >= at).then_some(from..from + to)
}

/// Whether it may become `None`, `True` or `False` where it is written.
fn is_no_text(expression: &Expr<'_>) -> bool {
    use BinOpKind::{Concat, Eq, Gt, Gte, In, Lt, Lte, Ne, ScAnd, ScOr};
    match expression {
        Expr::Const(one) => matches!(one.value.kind(), ValueKind::None | ValueKind::Bool),
        Expr::Var(_) | Expr::GetAttr(_) | Expr::GetItem(_) => {
            path(expression).is_some_and(|parts| ["loop.first", "loop.last"].contains(&parts.join(".").as_str()))
        }
        Expr::UnaryOp(one) => matches!(one.op, UnaryOpKind::Not),
        Expr::BinOp(two) => match two.op {
            Concat | ScAnd | ScOr => is_no_text(&two.left) || is_no_text(&two.right),
            Eq | Ne | Lt | Lte | Gt | Gte | In => true,
            _ => false,
        },
        Expr::Compare(_) | Expr::Test(_) => true,
        Expr::IfExpr(choice) => is_no_text(&choice.true_expr) || choice.false_expr.as_ref().is_some_and(is_no_text),
        Expr::Filter(filter) if filter.name == "length" => false,
        Expr::Filter(filter) => {
            let given = filter.args.iter().any(|given| matches!(given, CallArg::Pos(value) if is_no_text(value)));
            given || filter.expr.as_ref().is_some_and(is_no_text)
        }
        Expr::List(list) => list.items.iter().any(is_no_text),
        Expr::Tuple(list) => list.items.iter().any(is_no_text),
        Expr::Call(_) | Expr::Slice(_) | Expr::Map(_) => false,
    }
}

#[derive(Default)]
struct Walker<'a> {
    problems: Vec<Problem>,
    uses: Vec<Use>,
    /// The items of the loops around.
    items: Vec<&'a str>,
}

impl<'a> Walker<'a> {
    fn refuse(&mut self, at: u32, code: &'static str, detail: impl Into<String>) {
        self.problems.push(Problem::new(code, at as usize, detail));
    }

    fn statements(&mut self, list: &[Stmt<'a>]) {
        list.iter().for_each(|one| self.statement(one));
    }

    fn statement(&mut self, statement: &Stmt<'a>) {
        match statement {
            Stmt::Template(template) => self.statements(&template.children),
            Stmt::EmitRaw(_) => {}
            Stmt::EmitExpr(emit) => {
                self.expression(&emit.expr, false);
                if is_no_text(&emit.expr) {
                    self.refuse(emit.expr.span().start_offset, "not_text", NO_TEXT);
                }
            }
            Stmt::IfCond(condition) => self.condition(condition),
            Stmt::ForLoop(each) => self.each(each, each.span().start_offset),
            Stmt::WithBlock(one) => self.no_statement(one.span().start_offset),
            Stmt::Set(one) => self.no_statement(one.span().start_offset),
            Stmt::SetBlock(one) => self.no_statement(one.span().start_offset),
            Stmt::AutoEscape(one) => self.no_statement(one.span().start_offset),
            Stmt::FilterBlock(one) => self.no_statement(one.span().start_offset),
            Stmt::Do(one) => self.no_statement(one.span().start_offset),
        }
    }

    fn no_statement(&mut self, at: u32) {
        self.refuse(at, "unknown_statement", "only `if` and `for` can be used in templates");
    }

    fn condition(&mut self, condition: &IfCond<'a>) {
        self.expression(&condition.expr, true);
        self.statements(&condition.true_body);
        self.statements(&condition.false_body);
    }

    fn each(&mut self, each: &ForLoop<'a>, at: u32) {
        if each.recursive {
            self.refuse(at, "unknown_statement", "a loop cannot be recursive");
        }
        let Expr::Var(item) = &each.target else {
            return self.refuse(at, "unknown_statement", "a loop has one variable: `{% for item in list %}`");
        };
        self.expression(&each.iter, false);
        self.statements(&each.else_body);
        self.items.push(item.id);
        if let Some(filter) = &each.filter_expr {
            self.expression(filter, true);
        }
        self.statements(&each.body);
        self.items.pop();
    }

    /// `is_truth`: it matters only whether there is something, so that a whole group can be asked for.
    fn expression(&mut self, expression: &Expr<'a>, is_truth: bool) {
        match expression {
            Expr::Const(_) => {}
            Expr::Var(_) | Expr::GetAttr(_) | Expr::GetItem(_) => self.variable(expression, is_truth),
            Expr::UnaryOp(one) => self.expression(&one.expr, is_truth),
            Expr::BinOp(two) => {
                let logical = matches!(two.op, BinOpKind::ScAnd | BinOpKind::ScOr);
                use BinOpKind::{Concat, Eq, Gt, Gte, In, Lt, Lte, Ne};
                if !logical && !matches!(two.op, Concat | Eq | Ne | Lt | Lte | Gt | Gte | In) {
                    let detail = "templates do not calculate; texts are joined by `~`";
                    self.refuse(two.span().start_offset, "unknown_operator", detail);
                }
                self.expression(&two.left, is_truth && logical);
                self.expression(&two.right, is_truth && logical);
            }
            Expr::Compare(chain) => {
                self.expression(&chain.expr, false);
                chain.ops.iter().for_each(|next| self.expression(&next.expr, false));
            }
            Expr::IfExpr(choice) => {
                self.expression(&choice.test_expr, true);
                self.expression(&choice.true_expr, is_truth);
                match &choice.false_expr {
                    Some(other) => self.expression(other, is_truth),
                    None => self.refuse(
                        choice.span().start_offset,
                        "template_syntax",
                        "an `if` inside `{{ }}` needs an `else`, or it would leave a hole",
                    ),
                }
            }
            Expr::Filter(filter) => {
                if !filters::is_known(filter.name) {
                    let known = filters::names();
                    self.unknown(filter.span().start_offset, "unknown_filter", "filter", filter.name, &known);
                } else if let Some(detail) = kinds::misuse(filter) {
                    self.refuse(filter.span().start_offset, "wrong_filter", detail);
                }
                if let Some(of) = &filter.expr {
                    self.expression(of, false);
                }
                self.arguments(&filter.args);
            }
            Expr::Test(test) => {
                if !filters::TESTS.contains(&test.name) {
                    let known: Vec<String> = filters::TESTS.map(str::to_owned).to_vec();
                    self.unknown(test.span().start_offset, "unknown_test", "test", test.name, &known);
                }
                self.expression(&test.expr, true);
                self.arguments(&test.args);
            }
            Expr::List(list) => list.items.iter().for_each(|item| self.expression(item, false)),
            Expr::Tuple(list) => list.items.iter().for_each(|item| self.expression(item, false)),
            Expr::Call(_) | Expr::Slice(_) | Expr::Map(_) => {
                let what = expression.description();
                let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
                let detail = format!("{article} {what} cannot be used in templates");
                self.refuse(expression.span().start_offset, "unknown_operator", detail);
            }
        }
    }

    fn arguments(&mut self, arguments: &[CallArg<'a>]) {
        for argument in arguments {
            match argument {
                CallArg::Pos(value) | CallArg::Kwarg(_, value) => self.expression(value, false),
                CallArg::PosSplat(value) | CallArg::KwargSplat(value) => {
                    let detail = "arguments cannot be unpacked in templates";
                    self.refuse(value.span().start_offset, "unknown_operator", detail);
                }
            }
        }
    }

    fn variable(&mut self, expression: &Expr<'a>, is_truth: bool) {
        let at = expression.span().start_offset;
        let Some(parts) = path(expression) else {
            let detail = "the part of a variable is named by a word or a text: `contact.custom_fields[\"cohort\"]`";
            return self.refuse(at, "unknown_operator", detail);
        };
        let name = parts.join(".");
        if self.items.contains(&parts[0].as_str()) {
            if parts.len() > 1 {
                self.refuse(at, "unknown_variable", format!("`{}` is a text and has no parts", parts[0]));
            }
        } else if parts[0] == "loop" && !self.items.is_empty() {
            if !["loop.first", "loop.last", "loop.index", "loop.length"].contains(&name.as_str()) {
                self.refuse(at, "unknown_variable", format!("there is no variable `{name}`"));
            }
        } else if let Some(variable) = variables::find(&name) {
            if variable.path.ends_with('*') && parts.len() != variable.path.split('.').count() {
                return self.refuse(at, "unknown_variable", "a custom field is a text and has no parts");
            }
            if !self.uses.iter().any(|one| one.variable == name) {
                self.uses.push(Use { variable: name, at: at as usize });
            }
        } else if variables::is_group(&name) {
            if !is_truth {
                let first = variables::ALL.iter().find(|one| one.path.starts_with(&format!("{name}.")));
                let like = first.map_or("", |one| one.path);
                let detail = format!("`{name}` is a group: name one of its variables, such as `{like}`");
                self.refuse(at, "unknown_variable", detail);
            }
        } else {
            let known: Vec<String> = variables::ALL.iter().map(|one| one.path.to_owned()).collect();
            self.unknown(at, "unknown_variable", "variable", &name, &known);
        }
    }

    fn unknown(&mut self, at: u32, code: &'static str, what: &str, name: &str, known: &[String]) {
        let hint = nearest(name, known.iter()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let name: String = name.chars().take(100).collect();
        self.refuse(at, code, format!("there is no {what} `{name}`{hint}"));
    }
}

/// `contact.custom_fields["cohort"]` → its three parts.
pub fn path(expression: &Expr<'_>) -> Option<Vec<String>> {
    match expression {
        Expr::Var(variable) => Some(vec![variable.id.to_owned()]),
        Expr::GetAttr(part) => {
            let mut parts = path(&part.expr)?;
            parts.push(part.name.to_owned());
            Some(parts)
        }
        Expr::GetItem(part) => {
            let mut parts = path(&part.expr)?;
            parts.push(part.subscript_expr.as_const()?.as_str()?.to_owned());
            Some(parts)
        }
        _ => None,
    }
}
