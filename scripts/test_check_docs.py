"""What scripts/check-docs must not overlook. python3 -m unittest discover -s scripts"""

import importlib.machinery
import importlib.util
import pathlib
import tempfile
import unittest

loader = importlib.machinery.SourceFileLoader("check_docs", str(pathlib.Path(__file__).with_name("check-docs")))
check_docs = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_docs", loader))
loader.exec_module(check_docs)


class CheckDocs(unittest.TestCase):
    def script(self, text):
        """The commands of a page with such a text, and how many blocks it has."""
        with tempfile.TemporaryDirectory(dir=check_docs.ROOT / "docs") as folder:
            page = pathlib.Path(folder, "page.md")
            page.write_text(text)
            check_docs.check_links(page)
            return check_docs.commands(page, {"WORK": "/work"})

    def refuses(self, text, why):
        with self.assertRaisesRegex(check_docs.Wrong, why):
            self.script(text)

    def test_commands_come_in_order_after_their_edits(self):
        script, count = self.script(
            "<!-- check: sed: s#/etc#$WORK# -->\n```sh\nls /etc\n```\n\n<!-- check: run\nls hidden\n-->\n```text\nls no\n```\n")
        lines = [line for line in script.splitlines() if line.startswith("ls")]
        self.assertEqual((lines, count), (["ls /work", "ls hidden"], 1))

    def test_an_edit_that_changes_nothing_is_refused(self):
        self.refuses("<!-- check: sed: s/a/b/ -->\n```sh\nls\n```\n", "changes nothing")

    def test_what_is_skipped_needs_a_reason(self):
        self.refuses("<!-- check: skip -->\n```sh\nls\n```\n", "no such check")

    def test_what_ci_is_said_to_run_is_run_there(self):
        self.refuses("<!-- check: ci -->\n```sh\nmake never\n```\n", "not in .ci/run: make never")

    def test_a_configuration_says_of_which_daemon_it_is(self):
        self.refuses("```conf\nwan.port = 1\n```\n", "names its file")

    def test_every_kind_of_configuration_is_checked(self):
        for kind in ("nginx", "haproxy", "caddy", "apache"):
            self.assertIn(f"check_{kind} <<", self.script(f"```{kind}\nx\n```\n")[0])

    def test_a_block_without_a_fence_is_refused(self):
        self.refuses("Text:\n\n    ls\n", "fence")

    def test_a_check_without_a_block_is_refused(self):
        self.refuses("<!-- check: skip: why -->\nText\n", "no block after it")

    def test_a_message_is_one_that_a_program_says(self):
        table = "<!-- check: messages -->\n| message | |\n|---|---|\n| `{}` | |\n"
        self.script(table.format("a listener at … was refused"))
        self.script(table.format("can't be read: No such file or directory"))
        self.refuses(table.format("a listener at … was thrown out"), "no program says")

    def test_links_lead_to_pages_and_headings(self):
        self.script("[a](../stores.md#memcached)\n")
        self.refuses("[a](../store.md)\n", "there is no")
        self.refuses("[a](../stores.md#redis)\n", "no heading")


if __name__ == "__main__":
    unittest.main()
