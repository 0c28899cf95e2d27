import Glibc
package import NIOCore

extension IOError {
    /// What the system says, without where in the program it said so: "Connection refused".
    package var words: String {
        guard let text = unsafe strerror(errnoCode) else { return description }
        return unsafe String(cString: text)
    }
}
