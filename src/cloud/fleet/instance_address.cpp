#include "cloud/fleet/instance_address.hpp"

#include "cluster/port.hpp"

#include <fmt/core.h>

#include <string_view>

namespace cruddur::cloud::fleet {

namespace {

constexpr int addresses_tried = 256;

std::uint64_t hash_of(std::string_view text) {
    std::uint64_t out = 0xcbf29ce484222325U; // FNV-1a
    for (const char c : text)
        out = (out ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return out;
}

} // namespace

std::optional<std::string> find_free_address(ground::state& db, const std::string& name, std::int64_t port) {
    for (int tries = 0; tries < addresses_tried; ++tries) {
        const auto hash = hash_of(fmt::format("{}/{}", name, tries));
        // Not 127.0.0.0/16, where people have services of their own, and no byte that ends a network.
        std::string out =
            fmt::format("127.{}.{}.{}", 1 + hash % 254, 1 + (hash >> 16) % 254, 1 + (hash >> 32) % 254);
        ground::rows taken = db.query("select 1 from db_instance where address = ?", out);
        if (!taken.next() && cluster::port_is_free(out, static_cast<std::uint16_t>(port))) return out;
    }
    return std::nullopt;
}

} // namespace cruddur::cloud::fleet
