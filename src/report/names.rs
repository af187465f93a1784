//! Function names in little space, and the functions that matter.

use super::value::Place;

/// The program's own frames, from the one that allocates outwards; all frames where only libraries are on the stack.
pub fn own_frames(stack: &[Place]) -> Vec<&Place> {
    let own: Vec<&Place> = stack.iter().filter(|place| !place.library).collect();
    if own.is_empty() {
        stack.iter().collect()
    } else {
        own
    }
}

/// A function's name without parameters and type arguments, which say little about where a block comes from.
pub fn short_name(function: &str) -> String {
    without_arguments(without_parameters(function))
}

/// `feed::insert(Event const&)` without the parentheses; `operator()` and `(anonymous namespace)` keep theirs.
fn without_parameters(function: &str) -> &str {
    let mut depth = 0_usize;
    let mut start = None;
    for (at, character) in function.char_indices() {
        match character {
            '(' if depth == 0 => (start, depth) = (Some(at), 1),
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            // Something follows the parentheses, so they were not the parameters.
            ':' if depth == 0 => start = None,
            _ => {}
        }
    }
    let name = start.map_or(function, |at| &function[..at]);
    if name.is_empty() || name.ends_with("operator") {
        function
    } else {
        name
    }
}

/// Every `<...>` but one that begins the name as `<..>`; those inside of that one, too.
fn without_arguments(function: &str) -> String {
    let mut short = String::new();
    let mut depth = 0_usize;
    let outermost = usize::from(function.starts_with('<'));
    let mut previous = ' ';
    for character in function.chars() {
        let closes = character == '>' && previous != '-';
        if closes {
            depth = depth.saturating_sub(1);
        }
        if depth <= outermost {
            short.push(character);
        }
        if character == '<' {
            depth += 1;
            if depth == outermost + 1 {
                short.push_str("..");
            }
        }
        previous = character;
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(function: &str, expected: &str) {
        assert_eq!(short_name(function), expected);
    }

    #[test]
    fn type_arguments_are_left_out() {
        check(
            "feed::with::<usize, <feed::Feed>::draw>::{closure#0}",
            "feed::with::<..>::{closure#0}",
        );
        check(
            "<alloc::vec::Vec<u8> as Extend<u8>>::extend",
            "<alloc::vec::Vec<..> as Extend<..>>::extend",
        );
        check(
            "std::map<int, std::string>::operator[](int const&)",
            "std::map<..>::operator[]",
        );
    }

    #[test]
    fn parameters_are_left_out() {
        check("feed::insert(Event const&)", "feed::insert");
        check(
            "(anonymous namespace)::open()",
            "(anonymous namespace)::open",
        );
        check("Feed::operator()(int)", "Feed::operator()");
        check("draw", "draw");
    }
}
