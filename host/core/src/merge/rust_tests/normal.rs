//! An item in the one form that `rustfmt` would leave it in, as far as tokens go.

use quote::ToTokens as _;
use syn::punctuated::Punctuated;
use syn::visit_mut::{VisitMut, visit_arm_mut, visit_block_mut, visit_expr_closure_mut, visit_use_group_mut};
use syn::{Arm, Block, Expr, ExprClosure, Item, Macro, ReturnType, Stmt, Token, UseGroup};

use super::tokens::canonical;

/// The code of an item, the same before and after formatting.
pub(super) fn normal(item: &Item) -> String {
    let mut item = item.clone();
    Formatted.visit_item_mut(&mut item);
    canonical(item.to_token_stream())
}

/// Undoes what `rustfmt` does when it breaks, joins and sorts lines.
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

    fn visit_block_mut(&mut self, block: &mut Block) {
        visit_block_mut(self, block);
        if let Some(Stmt::Expr(Expr::Return(_) | Expr::Break(_) | Expr::Continue(_), end)) = block.stmts.last_mut() {
            *end = Some(Default::default());
        }
        let is_use = |statement: &Stmt| matches!(statement, Stmt::Item(Item::Use(_)));
        for uses in
            block.stmts.chunk_by_mut(|a, b| is_use(a) == is_use(b)).filter(|run| run.first().is_some_and(is_use))
        {
            uses.sort_by_cached_key(|item| canonical(item.to_token_stream()));
        }
    }

    fn visit_use_group_mut(&mut self, group: &mut UseGroup) {
        visit_use_group_mut(self, group);
        let mut items: Vec<_> = std::mem::take(&mut group.items).into_iter().collect();
        items.sort_by_cached_key(|item| canonical(item.to_token_stream()));
        group.items = items.into_iter().collect();
    }

    /// Arguments that are expressions are formatted as such.
    fn visit_macro_mut(&mut self, call: &mut Macro) {
        if let Ok(mut arguments) = call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) {
            arguments.iter_mut().for_each(|argument| self.visit_expr_mut(argument));
            call.tokens = arguments.into_token_stream();
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
        let sorted = "fn f() { use a::{b, c}; use d; g!(|x| { x + 1 }, y); let a: B<C, D,> = e; return; }";
        let unsorted = "fn f() { use d; use a::{c, b}; g!(|x| x + 1, y,); let a: B<C, D> = e; return }";
        assert_eq!(of(sorted), of(unsorted));
        assert_ne!(of(long), of("fn f() { match a { A => { b(c, |d| { f }) } _ => x } }"));
    }
}
