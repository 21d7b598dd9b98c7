#include "cloud/ground/authorities.hpp"

#include "cluster/files.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cruddur::cloud::ground {

namespace {

constexpr std::array<std::string_view, 3> names = {"rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1",
                                                   "rds-ca-ecc384-g1"};

authority_key key_of(std::string_view name) {
    if (name == names[1]) return authority_key::rsa4096;
    return name == names[2] ? authority_key::p384 : authority_key::p256;
}

} // namespace

std::span<const std::string_view> authority_names() {
    return names;
}

authorities::authorities(std::filesystem::path folder, std::filesystem::path bundle_file)
    : folder_{std::move(folder)}
    , bundle_file_{std::move(bundle_file)} {
    (void)open(names[0]);
    for (const std::string_view name : names) {
        if (std::filesystem::exists(folder_of(name) / "ca.pem")) (void)open(name);
    }
}

// The default one was alone for a while, and has the folder itself.
std::filesystem::path authorities::folder_of(std::string_view name) const {
    return name == names[0] ? folder_ : folder_ / name;
}

const certificate_authority& authorities::open(std::string_view name) {
    auto& found = all_[std::string{name}];
    if (!found) found = std::make_unique<certificate_authority>(folder_of(name), key_of(name));
    return *found;
}

const certificate_authority& authorities::named(const std::string& name) {
    const std::lock_guard lock{mutex_};
    const auto known = std::ranges::find(names, name);
    const std::string_view wanted = known == names.end() ? names[0] : *known;
    const bool is_new = !all_.contains(wanted);
    const auto& out = open(wanted);
    if (!is_new || !std::filesystem::exists(bundle_file_)) return out;
    std::string text;
    for (const auto& [each, authority] : all_)
        text += authority->bundle();
    cluster::write_file(bundle_file_, text, 0644);
    return out;
}

std::string authorities::bundle() const {
    const std::lock_guard lock{mutex_};
    std::string out;
    for (const auto& [name, authority] : all_)
        out += authority->bundle();
    return out;
}

} // namespace cruddur::cloud::ground
