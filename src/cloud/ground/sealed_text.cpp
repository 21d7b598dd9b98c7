#include "cloud/ground/sealed_text.hpp"

#include "cloud/ground/crypto.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace cruddur::cloud::ground {

std::string seal_text(const vault& with, const std::string& wrapped_key, std::string_view context,
                      std::string_view plain) {
    std::string out;
    sealer seal{with, wrapped_key, [&](std::span<const std::byte> bytes) {
                    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
                }};
    // The context goes before the text, as its digest, which the seal covers as well.
    const std::string digest = sha256(context);
    seal.write(std::as_bytes(std::span{digest}));
    seal.write(std::as_bytes(std::span{plain}));
    seal.finish();
    return out;
}

std::string open_text(const vault& with, std::string_view context, std::string_view sealed) {
    opener open{with, [&](std::span<std::byte> into) {
                    const std::size_t size = std::min(into.size(), sealed.size());
                    std::copy_n(reinterpret_cast<const std::byte*>(sealed.data()), size, into.begin());
                    sealed.remove_prefix(size);
                    return size;
                }};
    std::string out;
    std::string part(64UL * 1024, '\0');
    while (const std::size_t got = open.read(std::as_writable_bytes(std::span{part})))
        out.append(part, 0, got);
    const std::string expected = sha256(context);
    if (!out.starts_with(expected)) throw vault_error{"this was sealed in another context"};
    return out.substr(expected.size());
}

} // namespace cruddur::cloud::ground
