//! Limits that follow the accepted run: `<= accepted + 5% + 64KB`.

use super::fault::closest;
use super::threshold::Comparison;
use super::units::Unit;

/// The word that stands for what was accepted.
pub(super) const ACCEPTED: &str = "accepted";

/// How far a value may lie beyond the accepted one. Neither part is negative: a ceiling lies above, a floor below.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Margin {
    /// Hundredths of the accepted value's magnitude.
    pub percent: f64,
    /// In the metric's unit: what a percentage of next to nothing does not give.
    pub slack: f64,
}

impl Margin {
    /// The limit, `accepted` being the value that was accepted.
    pub fn limit(self, comparison: Comparison, accepted: f64) -> f64 {
        match comparison.is_ceiling() {
            true => accepted + self.width(accepted),
            false => accepted - self.width(accepted),
        }
    }

    /// Whether the percentage comes to less than what is worth telling, and nothing else is allowed.
    pub fn vanishes(self, unit: Unit, accepted: f64) -> bool {
        let least = if unit == Unit::Ratio { 0.001 } else { 1.0 };
        self.percent > 0.0 && self.slack == 0.0 && self.width(accepted) < least
    }

    fn width(self, accepted: f64) -> f64 {
        accepted.abs() * self.percent / 100.0 + self.slack
    }

    /// "accepted + 5% + 64 KB", without loss.
    pub(super) fn format(self, comparison: Comparison, unit: Unit) -> String {
        let sign = sign(comparison);
        let mut text = ACCEPTED.to_owned();
        if self.percent > 0.0 {
            text += &format!(" {sign} {}%", self.percent);
        }
        if self.slack > 0.0 {
            text += &format!(" {sign} {}", unit.format_limit(self.slack));
        }
        text
    }

    /// Reads `accepted - 10%`; none if the text is about something else.
    ///
    /// The error's first line says what is wrong, the others what would be right.
    pub(super) fn parse(
        comparison: Comparison,
        unit: Unit,
        text: &str,
    ) -> Result<Option<Margin>, String> {
        let end = text.find(|character: char| !character.is_alphanumeric());
        let (word, rest) = text.split_at(end.unwrap_or(text.len()));
        let example = example(comparison, unit);
        if word != ACCEPTED {
            return match closest(word, &[ACCEPTED]) {
                Some(close) => Err(format!(
                    "unknown word `{word}`, did you mean `{close}`?\nfor example: {example}"
                )),
                None if text.contains(ACCEPTED) => Err(format!(
                    "`accepted` comes first in a bound\nfor example: {example}"
                )),
                None => Ok(None),
            };
        }
        let margin = parse_parts(comparison, unit, rest)?;
        if margin == Margin::default() && !comparison.includes_limit() {
            let message = format!("`{comparison} accepted` refuses the very run that was accepted");
            return Err(format!(
                "{message}\nfor example: {comparison}= accepted, or {example}"
            ));
        }
        Ok(Some(margin))
    }
}

/// A right bound with a margin, for errors to show.
pub(super) fn example(comparison: Comparison, unit: Unit) -> String {
    let (sign, slack) = (sign(comparison), unit.slack_example());
    format!("{comparison} accepted {sign} 5% {sign} {slack}")
}

fn sign(comparison: Comparison) -> char {
    if comparison.is_ceiling() { '+' } else { '-' }
}

/// What follows the word: a percentage, a slack, or both, each with its sign.
fn parse_parts(comparison: Comparison, unit: Unit, text: &str) -> Result<Margin, String> {
    let mut margin = Margin::default();
    let (mut has_percent, mut has_slack) = (false, false);
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (part, after) = next_part(comparison, unit, rest)?;
        let (value, seen, what, noun) = match part.strip_suffix('%') {
            Some(number) => (
                percentage(number)?,
                &mut has_percent,
                &mut margin.percent as &mut f64,
                "percentage",
            ),
            None => (
                unit.measure().parse(part)?,
                &mut has_slack,
                &mut margin.slack as &mut f64,
                "slack",
            ),
        };
        if value < 0.0 {
            return Err(format!("the margin `{part}` is negative"));
        }
        if std::mem::replace(seen, true) {
            let message = format!("`{part}` is a second {noun}: keep one");
            return Err(format!(
                "{message}\nfor example: {}",
                example(comparison, unit)
            ));
        }
        *what = value;
        rest = after;
    }
    Ok(margin)
}

/// The part that comes next, without its sign, and what follows it.
fn next_part(comparison: Comparison, unit: Unit, text: &str) -> Result<(&str, &str), String> {
    let expected = sign(comparison);
    let Some(part) = text.strip_prefix(['+', '-']) else {
        let message =
            format!("expected `{expected}` and a margin after `accepted`, found `{text}`");
        return Err(format!(
            "{message}\nfor example: {}",
            example(comparison, unit)
        ));
    };
    if !text.starts_with(expected) {
        let side = if comparison.is_ceiling() {
            "a ceiling lies above what was accepted, so that the accepted run itself passes"
        } else {
            "a floor lies below what was accepted, so that the accepted run itself passes"
        };
        let message =
            format!("`{comparison} accepted {text}` refuses the very run that was accepted");
        return Err(format!("{message}\n{side}: {}", example(comparison, unit)));
    }
    let part = part.trim_start();
    // A sign right at the beginning belongs to the number, to be told as negative.
    let end = part
        .char_indices()
        .skip(1)
        .find(|(_, character)| matches!(character, '+' | '-'));
    let (part, after) = part.split_at(end.map_or(part.len(), |(at, _)| at));
    Ok((part.trim_end(), after))
}

fn percentage(number: &str) -> Result<f64, String> {
    super::units::decimal(number.trim())
        .ok_or_else(|| format!("expected a percentage such as `5%`, found `{number}%`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, accepted: f64, expected: f64) {
        let (comparison, rest) = Comparison::split(text);
        let margin = Margin::parse(comparison, Unit::Bytes, rest)
            .expect("the margin is right")
            .expect("it is relative");
        assert_eq!(margin.limit(comparison, accepted), expected, "{text}");
    }

    #[test]
    fn limits_follow_what_was_accepted() {
        check("<= accepted", 1000.0, 1000.0);
        check("<= accepted + 5%", 1000.0, 1050.0);
        check("<= accepted + 5% + 1KB", 1000.0, 2074.0);
        check("<= accepted+1KB+5%", 1000.0, 2074.0);
        check("< accepted + 4KB", 0.0, 4096.0);
        check(">= accepted - 10%", 1000.0, 900.0);
        check("> accepted - 2.5% - 5B", 1000.0, 970.0);
    }

    #[test]
    fn a_percentage_is_of_the_magnitude() {
        check("<= accepted + 5%", -1000.0, -950.0);
        check(">= accepted - 5%", -1000.0, -1050.0);
    }

    #[test]
    fn percentages_of_next_to_nothing_vanish() {
        let vanishes =
            |percent, slack, accepted| Margin { percent, slack }.vanishes(Unit::Bytes, accepted);
        assert!(vanishes(5.0, 0.0, 12.0));
        assert!(!vanishes(5.0, 0.0, 20.0));
        assert!(!vanishes(5.0, 1.0, 0.0));
        assert!(!vanishes(0.0, 0.0, 0.0));
        assert!(
            !Margin {
                percent: 5.0,
                slack: 0.0
            }
            .vanishes(Unit::Ratio, 0.5)
        );
    }
}
