//! An item in the one form that `rustfmt` would leave it in, as far as tokens go.

use quote::ToTokens as _;
use syn::visit_mut::{VisitMut, visit_arm_mut, visit_expr_closure_mut};
use syn::{Arm, Expr, ExprClosure, Item, ReturnType, Stmt};

use super::tokens::canonical;

/// The code of an item, the same before and after formatting.
pub(super) fn normal(item: &Item) -> String {
    let mut item = item.clone();
    Formatted.visit_item_mut(&mut item);
    canonical(item.to_token_stream())
}

/// Takes away the braces and commas that `rustfmt` adds or removes when it breaks or joins lines.
struct Formatted;

impl VisitMut for Formatted {
    fn visit_arm_mut(&mut self, arm: &mut Arm) {
        visit_arm_mut(self, arm);
        unwrap(&mut arm.body);
        arm.comma = Some(Default::default());
    }

    fn visit_expr_closure_mut(&mut self, closure: &mut ExprClosure) {
        visit_expr_closure_mut(self, closure);
        // With a return type the braces are needed.
        if matches!(closure.output, ReturnType::Default) {
            unwrap(&mut closure.body);
        }
    }
}

/// `{ x }` to `x`.
fn unwrap(body: &mut Expr) {
    if let Expr::Block(block) = body
        && block.attrs.is_empty()
        && block.label.is_none()
        && let [Stmt::Expr(_, None)] = block.block.stmts.as_slice()
        && let Some(Stmt::Expr(inner, None)) = block.block.stmts.pop()
    {
        *body = inner;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        normal(&syn::parse_str(text).expect("an item"))
    }

    #[test]
    fn what_formatting_does_is_no_change() {
        let long = "fn f() { match a { A => { b(c, |d| { e }) } _ => x } }";
        let short = "fn f() {\n match a {\n A => b(\n c,\n |d| e,\n ),\n _ => x,\n }\n}";
        assert_eq!(of(long), of(short));
        assert_ne!(of(long), of("fn f() { match a { A => { b(c, |d| { f }) } _ => x } }"));
    }
}
