//! JSON pointers (RFC 6901) for answers that name a place in somebody else's document.

/// A pointer repeats keys the caller chose; many faults below one huge key would otherwise make an answer far larger
/// than the request.
pub const MAX_LEN: usize = 1024;

/// Appends one reference token and says whether it did: a token that would pass [`MAX_LEN`] is left off, so that the
/// pointer names the nearest ancestor instead.
pub fn push(pointer: &mut String, token: &str) -> bool {
    if pointer.len() + 1 + token.len() > MAX_LEN {
        return false;
    }
    pointer.push('/');
    for character in token.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
    true
}

/// Cuts a pointer that is already escaped back to an ancestor within [`MAX_LEN`].
pub fn shorten(pointer: &str) -> &str {
    if pointer.len() <= MAX_LEN {
        return pointer;
    }
    let head = pointer.get(..pointer.floor_char_boundary(MAX_LEN)).unwrap_or_default();
    head.rfind('/').map_or("", |cut| &head[..cut])
}

/// The reference tokens of a pointer, unescaped.
#[cfg(test)]
pub fn tokens(pointer: &str) -> impl Iterator<Item = String> + '_ {
    pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_escaped_and_read_back() {
        let mut pointer = String::new();
        assert!(push(&mut pointer, "a/b"));
        assert!(push(&mut pointer, "~1"));
        assert_eq!(pointer, "/a~1b/~01");
        assert_eq!(tokens(&pointer).collect::<Vec<_>>(), ["a/b", "~1"]);
    }

    #[test]
    fn a_huge_key_does_not_make_a_huge_pointer() {
        let mut pointer = String::from("/a");
        assert!(!push(&mut pointer, &"k".repeat(5000)));
        assert_eq!(pointer, "/a");
        assert_eq!(shorten(&format!("/a/b{}/c", "é".repeat(3000))), "/a");
        assert_eq!(shorten("/a/b"), "/a/b");
    }
}
