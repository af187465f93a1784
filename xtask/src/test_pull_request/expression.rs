//! Expressions of GitHub's workflows, as far as the action uses them.

use std::collections::BTreeMap;

use anyhow::{Result, bail, ensure};

/// What expressions may name, as in `inputs.command`; what a step did not put out is nothing.
#[derive(Clone, Default)]
pub(super) struct Context {
    pub(super) values: BTreeMap<String, String>,
    /// Whether a step failed.
    pub(super) has_failed: bool,
}

impl Context {
    /// The text with every `${{ ... }}` replaced by what it is.
    pub(super) fn fill(&self, text: &str) -> Result<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${{") {
            let Some((expression, behind)) = after.split_once("}}") else {
                bail!("`${{{{` without an end in {text}");
            };
            filled.push_str(before);
            filled.push_str(&self.evaluate(expression)?);
            rest = behind;
        }
        Ok(filled + rest)
    }

    /// Whether a step with that condition runs.
    pub(super) fn holds(&self, condition: Option<&str>) -> Result<bool> {
        let condition = condition.unwrap_or("success()").trim();
        let bare = condition
            .strip_prefix("${{")
            .and_then(|it| it.strip_suffix("}}"));
        let bare = bare.unwrap_or(condition);
        // Without one of these a condition counts only where nothing failed.
        let asks = ["always()", "cancelled()", "failure()", "success()"];
        let is_told = asks.iter().any(|function| bare.contains(function));
        Ok(is_true(&self.evaluate(bare)?) && (is_told || !self.has_failed))
    }

    fn evaluate(&self, expression: &str) -> Result<String> {
        let mut parser = Parser {
            context: self,
            tokens: tokens(expression)?,
            next: 0,
        };
        let value = parser.any()?;
        ensure!(parser.next == parser.tokens.len(), "what is {expression}?");
        Ok(value)
    }
}

fn is_true(value: &str) -> bool {
    !value.is_empty() && value != "false"
}

fn tokens(expression: &str) -> Result<Vec<String>> {
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        let operator = ["==", "!=", "&&", "||", "!", "(", ")"]
            .into_iter()
            .find(|it| rest.starts_with(it));
        let is_name = |it: char| it.is_ascii_alphanumeric() || "._-".contains(it);
        let length = match (operator, first) {
            (Some(operator), _) => operator.len(),
            (None, '\'') => match rest[1..].find('\'') {
                Some(end) => end + 2,
                None => bail!("a text without an end in {expression}"),
            },
            (None, _) => rest.find(|it| !is_name(it)).unwrap_or(rest.len()),
        };
        ensure!(length > 0, "what is {rest}?");
        tokens.push(rest[..length].to_string());
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

struct Parser<'a> {
    context: &'a Context,
    tokens: Vec<String>,
    next: usize,
}

impl Parser<'_> {
    fn takes(&mut self, token: &str) -> bool {
        let is_next = self.tokens.get(self.next).is_some_and(|next| next == token);
        self.next += usize::from(is_next);
        is_next
    }

    fn any(&mut self) -> Result<String> {
        let mut value = self.all()?;
        while self.takes("||") {
            let other = self.all()?;
            value = if is_true(&value) { value } else { other };
        }
        Ok(value)
    }

    fn all(&mut self) -> Result<String> {
        let mut value = self.comparison()?;
        while self.takes("&&") {
            let other = self.comparison()?;
            value = if is_true(&value) { other } else { value };
        }
        Ok(value)
    }

    fn comparison(&mut self) -> Result<String> {
        let value = self.one()?;
        if self.takes("==") {
            return Ok((value == self.one()?).to_string());
        }
        if self.takes("!=") {
            return Ok((value != self.one()?).to_string());
        }
        Ok(value)
    }

    fn one(&mut self) -> Result<String> {
        if self.takes("!") {
            return Ok((!is_true(&self.one()?)).to_string());
        }
        if self.takes("(") {
            let value = self.any()?;
            ensure!(self.takes(")"), "a bracket is open");
            return Ok(value);
        }
        let Some(token) = self.tokens.get(self.next).cloned() else {
            bail!("an expression ends too early");
        };
        self.next += 1;
        if let Some(text) = token.strip_prefix('\'') {
            return Ok(text.trim_end_matches('\'').to_string());
        }
        if self.takes("(") {
            ensure!(self.takes(")"), "{token} takes nothing");
            return self.function(&token);
        }
        match self.context.values.get(&token) {
            Some(value) => Ok(value.clone()),
            None if token.starts_with("steps.") => Ok(String::new()),
            None => bail!("{token} is nothing that a runner would know here"),
        }
    }

    fn function(&self, name: &str) -> Result<String> {
        let is_so = match name {
            "always" => true,
            "cancelled" => false,
            "failure" => self.context.has_failed,
            "success" => !self.context.has_failed,
            _ => bail!("{name} is no function that is known here"),
        };
        Ok(is_so.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(has_failed: bool) -> Context {
        let values = [("inputs.comment", "true"), ("github.event_name", "push")];
        Context {
            values: values
                .map(|(name, value)| (name.into(), value.into()))
                .into(),
            has_failed,
        }
    }

    #[track_caller]
    fn check(condition: &str, has_failed: bool, expected: bool) {
        let holds = context(has_failed).holds(Some(condition));
        assert_eq!(holds.expect("it can be read"), expected, "{condition}");
    }

    #[test]
    fn conditions_are_a_runners() {
        check("inputs.comment == 'true'", false, true);
        check("inputs.comment == 'true'", true, false);
        check(
            "${{ !cancelled() && inputs.comment == 'true' }}",
            true,
            true,
        );
        check("always() && steps.a.outputs.b != ''", true, false);
        check(
            "(failure() || success()) && github.event_name != 'push'",
            true,
            false,
        );
        assert!(context(true).holds(None).is_ok_and(|holds| !holds));
        assert!(context(false).holds(Some("inputs.no-such")).is_err());
    }

    #[test]
    fn texts_are_filled_in() {
        let filled = context(false).fill("a ${{ inputs.comment == 'true' && '1' || '' }} b");
        assert_eq!(filled.expect("it can be read"), "a 1 b");
    }
}
