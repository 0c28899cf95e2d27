import Reports

/// What all pages of the dashboard have around their content.
struct Shell {
    let title: String
    /// The words of the link that leads past the header, for those who use a keyboard.
    let skipTo: String

    func html(header: HTML, _ content: HTML) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(title) – railgun</title>
        <link rel="icon" type="image/svg+xml" href="\(Asset.icon.address)">
        <link rel="stylesheet" href="\(Asset.style.address)">
        <script src="\(Asset.script.address)" defer></script>
        </head>
        <body>
        <a class="skip" href="#main">\(skipTo)</a>
        <header class="top">
        \(header)</header>
        <main id="main" tabindex="-1">
        \(content)</main>
        </body>
        </html>

        """
    }
}
