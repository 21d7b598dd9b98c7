// Makes of the built page what is compiled in: all files, plain and compressed, in one run of bytes (page.bin), which
// page.S takes into the program and page.cpp describes. Usage: node embed_page.mjs BUILT_FOLDER OUTPUT_FOLDER
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join, posix } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [built, out] = process.argv.slice(2);
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

function filesOf(folder, path = "/") {
  return readdirSync(folder, { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const at = posix.join(path, entry.name);
      return entry.isDirectory() ? filesOf(join(folder, entry.name), at) : [{ at, bytes: readFileSync(join(folder, entry.name)) }];
    });
}

const blob = [];
let size = 0;
function place(bytes) {
  const view = `{cruddur_page_bytes + ${size}, ${bytes.length}}`;
  blob.push(bytes);
  size += bytes.length;
  return view;
}

// An encoding that saves nothing is left out.
function placeIfSmaller(encoded, plain) {
  return encoded.length < plain.length ? place(encoded) : "{}";
}

const rows = filesOf(built).map(({ at, bytes }) => {
  const type = types[extname(at)];
  if (type === undefined) throw new Error(`${at}: embed_page.mjs knows no content type for it`);
  const etag = createHash("sha256").update(bytes).digest("base64url").slice(0, 22);
  const brotli = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  return `    {"${at}", "${type}", ${place(bytes)},
     ${placeIfSmaller(gzipSync(bytes, { level: 9 }), bytes)}, ${placeIfSmaller(brotli, bytes)},
     "\\"${etag}\\"", ${at.startsWith("/assets/")}},`;
});

mkdirSync(out, { recursive: true });
writeFileSync(join(out, "page.bin"), Buffer.concat(blob));
writeFileSync(
  join(out, "page.S"),
  `    .section .rodata
    .global cruddur_page_bytes
    .hidden cruddur_page_bytes
    .type cruddur_page_bytes, %object
    .size cruddur_page_bytes, ${size}
cruddur_page_bytes:
    .incbin "${join(out, "page.bin")}"
    .section .note.GNU-stack, "", %progbits
`,
);
writeFileSync(
  join(out, "page.cpp"),
  `#include "web/page.hpp"

extern "C" {
extern const char cruddur_page_bytes[] __attribute__((visibility("hidden")));
}

namespace cruddur::web {
namespace {

constexpr http::static_file files[] = {
${rows.join("\n")}
};

} // namespace

std::span<const http::static_file> page() {
    return files;
}

} // namespace cruddur::web
`,
);
