// Makes of a built page what is compiled in: all files in one run of bytes (page.bin), which page.S takes into the program
// and page.cpp describes, as page() of the namespace NAME. Files of the type http::static_file stand there plain and
// compressed, those of any other compressed alone. Usage: node embed_page.mjs BUILT_FOLDER OUTPUT_FOLDER NAME TYPE
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join, posix } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [built, out, name, type] = process.argv.slice(2);
const bytesName = `cruddur_${name}_bytes`;
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
  const view = `{${bytesName} + ${size}, ${bytes.length}}`;
  blob.push(bytes);
  size += bytes.length;
  return view;
}

// An encoding that saves nothing is left out.
function placeIfSmaller(encoded, plain) {
  return encoded.length < plain.length ? place(encoded) : "{}";
}

const rows = filesOf(built).map(({ at, bytes }) => {
  const contentType = types[extname(at)];
  if (contentType === undefined) throw new Error(`${at}: embed_page.mjs knows no content type for it`);
  const etag = createHash("sha256").update(bytes).digest("base64url").slice(0, 22);
  const brotli = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  if (type !== "http::static_file") return `    {"${at}", "${contentType}", ${place(brotli)}, "\\"${etag}\\""},`;
  return `    {"${at}", "${contentType}", ${place(bytes)},
     ${placeIfSmaller(gzipSync(bytes, { level: 9 }), bytes)}, ${placeIfSmaller(brotli, bytes)},
     "\\"${etag}\\"", ${at.startsWith("/assets/")}},`;
});

mkdirSync(out, { recursive: true });
writeFileSync(join(out, "page.bin"), Buffer.concat(blob));
writeFileSync(
  join(out, "page.S"),
  `    .section .rodata
    .global ${bytesName}
    .hidden ${bytesName}
    .type ${bytesName}, %object
    .size ${bytesName}, ${size}
${bytesName}:
    .incbin "${join(out, "page.bin")}"
    .section .note.GNU-stack, "", %progbits
`,
);
writeFileSync(
  join(out, "page.cpp"),
  `#include "${name}/page.hpp"

extern "C" {
extern const char ${bytesName}[${size}] __attribute__((visibility("hidden")));
}

namespace cruddur::${name} {
namespace {

constexpr ${type} files[] = {
${rows.join("\n")}
};

} // namespace

std::span<const ${type}> page() {
    return files;
}

} // namespace cruddur::${name}
`,
);
