import Foundation
import TestSupport
import Testing

private let compiler = "/usr/bin/cc"
private let python = "/usr/bin/python3"

/// The library as C sees it: the programs of docs/c-api.md, and each way to call it wrong.
struct CInterfaceTests {
    private let folder = TemporaryFolder()
    private let project = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
    private let library = RunningCommand.executable("librailgun-delta.so")

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: compiler)))
    func theProgramInCRuns() throws {
        let run = try runC(documented("c"))
        #expect(run.exitCode == 0 && run.errors.isEmpty, "\(run.errors)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.first?.hasSuffix("bytes instead of 45: <p>It is 10:16, and 24 degrees in Lisbon.</p>") == true)
        #expect(lines.count == 2 && lines[1].hasPrefix("the delta is damaged: "), "\(lines)")
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: python)))
    func theProgramInPythonRuns() throws {
        try folder.write(documented("python"), to: "example.py")
        let run = try Command(python, ["example.py", library.path], in: folder.url)
        #expect(run.exitCode == 0 && run.errors.isEmpty, "\(run.errors)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.first?.hasSuffix("bytes instead of 45: <p>It is 10:16, and 24 degrees in Lisbon.</p>") == true)
        #expect(lines.count == 2, "\(lines)")
    }

    /// Prints a line for each expectation that isn't met.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: compiler)))
    func everyWrongCallGivesItsStatusAndNothingElse() throws {
        let run = try runC(
            """
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            #include "railgun_delta.h"
            #define IS(call, expected) \\
                do { int got = (call); if (got != (expected)) printf("line %d: %d\\n", __LINE__, got); } while (0)
            #define HOLDS(condition) IS(!(condition), 0)

            int main(void) {
                enum { N = 100000 };
                uint8_t *old = malloc(N), *new = malloc(N), *out = (uint8_t *)1, *page = NULL, other[9] = {0};
                size_t count = 1, page_count = 0;
                railgun_coder *coder = NULL, *narrow = NULL;
                railgun_base *base = (railgun_base *)1, *empty = NULL;
                railgun_version version, nothing;
                for (int i = 0; i < N; i++) old[i] = (uint8_t)(i * i >> 7);
                memcpy(new, old, N);
                memcpy(new + 500, "what is new", 11);
                memcpy(new + 90000, "and here, too", 13);

                IS(railgun_version_of(new, N, &version), RAILGUN_OK);
                IS(railgun_version_of(NULL, 0, &nothing), RAILGUN_OK);
                HOLDS(nothing.bytes[0] == 0xe3 && nothing.bytes[31] == 0x55); /* SHA-256 of nothing */
                IS(railgun_version_of(NULL, 1, &nothing), RAILGUN_BAD_ARGUMENT);
                IS(railgun_version_of(new, N, NULL), RAILGUN_BAD_ARGUMENT);

                IS(railgun_base_create(NULL, N, &base), RAILGUN_BAD_ARGUMENT);
                HOLDS(base == NULL);
                IS(railgun_base_create(old, (size_t)-1, &base), RAILGUN_BAD_ARGUMENT);
                IS(railgun_base_create(old, (size_t)0x80000000, &base), RAILGUN_TOO_LARGE);
                IS(railgun_base_create(old, N, NULL), RAILGUN_BAD_ARGUMENT);
                IS(railgun_base_create(old, N, &base), RAILGUN_OK);
                IS(railgun_base_create(NULL, 0, &empty), RAILGUN_OK);
                IS(railgun_coder_create(N, NULL), RAILGUN_BAD_ARGUMENT);
                IS(railgun_coder_create(N - 1, &narrow), RAILGUN_OK);
                IS(railgun_coder_create((size_t)-1, &coder), RAILGUN_OK);

                IS(railgun_encode(NULL, base, new, N, RAILGUN_FAST, &out, &count), RAILGUN_BAD_ARGUMENT);
                HOLDS(out == NULL && count == 0);
                IS(railgun_encode(coder, base, NULL, N, RAILGUN_FAST, &out, &count), RAILGUN_BAD_ARGUMENT);
                IS(railgun_encode(coder, base, new, N, 6, &out, &count), RAILGUN_BAD_ARGUMENT);
                IS(railgun_encode(coder, base, new, N, -1, &out, &count), RAILGUN_BAD_ARGUMENT);
                IS(railgun_encode(coder, base, new, N, RAILGUN_FAST, NULL, &count), RAILGUN_BAD_ARGUMENT);
                IS(railgun_encode(coder, base, new, N, RAILGUN_FAST, &out, NULL), RAILGUN_BAD_ARGUMENT);
                IS(railgun_encode(coder, base, new, 0x80000000, RAILGUN_FAST, &out, &count), RAILGUN_TOO_LARGE);
                HOLDS(strstr(railgun_error(coder), "2147483648"));

                for (int level = RAILGUN_STORED; level <= RAILGUN_AUTO; level++) {
                    const railgun_base *bases[] = {base, NULL, empty};
                    const uint8_t *bytes[] = {old, NULL, other};
                    const size_t counts[] = {N, 0, 0};
                    for (int i = 0; i < 3; i++) {
                        IS(railgun_encode(coder, bases[i], new, N, level, &out, &count), RAILGUN_OK);
                        HOLDS(count > 0 && count <= N + 1);
                        IS(railgun_decode(coder, bytes[i], counts[i], out, count, &version, &page, &page_count), RAILGUN_OK);
                        HOLDS(page_count == N && !memcmp(page, new, N) && !*railgun_error(coder));
                        railgun_free(page);
                        railgun_free(out);
                    }
                }

                IS(railgun_encode(coder, base, new, N, RAILGUN_BALANCED, &out, &count), RAILGUN_OK);
                HOLDS(count < 100);
                IS(railgun_decode(narrow, old, N, out, count, &version, &page, &page_count), RAILGUN_TOO_LARGE);
                HOLDS(page == NULL && page_count == 0 && strstr(railgun_error(narrow), "the limit is 99999"));
                IS(railgun_decode(coder, NULL, 0, out, count, &version, &page, &page_count), RAILGUN_BASE_MISSING);
                IS(railgun_decode(coder, NULL, N, out, count, &version, &page, &page_count), RAILGUN_BAD_ARGUMENT);
                IS(railgun_decode(coder, old, N, NULL, count, &version, &page, &page_count), RAILGUN_BAD_ARGUMENT);
                IS(railgun_decode(coder, old, N, NULL, 0, &version, &page, &page_count), RAILGUN_CORRUPT);
                IS(railgun_decode(coder, old, N, out, count, &nothing, &page, &page_count), RAILGUN_WRONG_PAGE);
                IS(railgun_decode(coder, old, N, (uint8_t *)"\\xff", 1, &version, &page, &page_count), RAILGUN_UNKNOWN_KIND);
                IS(railgun_decode(NULL, old, N, out, count, &version, &page, &page_count), RAILGUN_BAD_ARGUMENT);
                IS(railgun_decode(coder, old, N, out, count, NULL, &page, &page_count), RAILGUN_OK);
                HOLDS(page_count == N && !memcmp(page, new, N));
                railgun_free(page);
                /* Two zones of 50,000 bytes, each a stream that announces 524,288 symbols. */
                const char *zones = "\\x20\\x00\\x02\\xd0\\x86\\x03\\x04\\x4f\\x9f\\x8d\\x06\\xd0\\x86\\x03\\x04\\x4f\\x9f\\x8d\\x06";
                IS(railgun_decode(coder, old, N, (uint8_t *)zones, 19, &version, &page, &page_count), RAILGUN_TOO_MUCH_WORK);
                railgun_free(out);

                IS(railgun_encode(coder, NULL, NULL, 0, RAILGUN_SMALL, &out, &count), RAILGUN_OK);
                IS(railgun_decode(coder, NULL, 0, out, count, NULL, &page, &page_count), RAILGUN_OK);
                HOLDS(page != NULL && page_count == 0);
                railgun_free(page);
                railgun_free(out);
                for (int status = -1; status < 12; status++) HOLDS(strlen(railgun_status_text(status)) > 5);
                HOLDS(railgun_error(NULL) != NULL);
                railgun_free(NULL);
                railgun_base_free(NULL);
                railgun_coder_free(NULL);
                railgun_base_free(base);
                railgun_base_free(empty);
                railgun_coder_free(coder);
                railgun_coder_free(narrow);
                free(old);
                free(new);
                printf("done\\n");
                return 0;
            }
            """)
        #expect(run.exitCode == 0 && run.output == "done\n", "\(run.output)\(run.errors)")
    }

    /// The one block of docs/c-api.md in a language.
    private func documented(_ language: String) throws -> String {
        let document = try String(contentsOf: project.appending(path: "docs/c-api.md"), encoding: .utf8)
        let blocks = document.components(separatedBy: "```\(language)\n").dropFirst()
        try #require(blocks.count == 1)
        return blocks.first!.components(separatedBy: "```")[0]
    }

    private func runC(_ program: String) throws -> Command {
        try folder.write(program, to: "program.c")
        let built = try Command(
            compiler,
            [
                "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O1",
                "-I", project.appending(path: "Sources/CRailgunDelta").path, "program.c", library.path,
                "-Wl,-rpath,\(library.deletingLastPathComponent().path)", "-o", "program",
            ], in: folder.url)
        try #require(built.exitCode == 0, "\(built.errors)")
        return try Command(folder.url.appending(path: "program").path, [], in: folder.url)
    }
}
