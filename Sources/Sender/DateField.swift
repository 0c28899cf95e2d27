import Glibc
import HTTPRules

/// The Date field's value, made once a second.
final class DateField {
    private var made: (second: Int, text: String) = (-1, "")

    var text: String {
        let second = time(nil)
        if made.second != second { made = (second, HTTPDate.text(secondsSince1970: second)) }
        return made.text
    }
}
