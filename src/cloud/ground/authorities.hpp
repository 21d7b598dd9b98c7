#pragma once

#include "cloud/ground/certificates.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

namespace cruddur::cloud::ground {

// The certificate authorities that an instance may have, by RDS's names; the first is the default one.
[[nodiscard]] std::span<const std::string_view> authority_names();

// They are made when they are first asked for, but for the default one. Safe to use from several threads.
class authorities {
public:
    // Their keys are in `folder`. `bundle_file` has all of their certificates and is written anew, once it is
    // there, when another one is made. Throws certificate_error.
    authorities(std::filesystem::path folder, std::filesystem::path bundle_file);

    // The authority of that name, or the default one for "". Makes it; throws certificate_error.
    [[nodiscard]] const certificate_authority& named(const std::string& name);
    // The certificates of those that there are, PEM.
    [[nodiscard]] std::string bundle() const;

private:
    [[nodiscard]] std::filesystem::path folder_of(std::string_view name) const;
    const certificate_authority& open(std::string_view name);

    std::filesystem::path folder_;
    std::filesystem::path bundle_file_;
    mutable std::mutex mutex_;
    std::map<std::string, std::unique_ptr<certificate_authority>, std::less<>> all_;
};

} // namespace cruddur::cloud::ground
