#include "cloud/fleet/instance_settings.hpp"
#include "cloud/ground/authorities.hpp"
#include "cloud/rds/rds_logs.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::rds {

namespace {

constexpr epoch_ms valid_from = 1'621'900'000'000; // as long as anybody looks at them
constexpr epoch_ms valid_till = 2'882'200'000'000;

std::vector<std::string> names() {
    const auto all = ground::authority_names();
    return {all.begin(), all.end()};
}

[[noreturn]] void refuse_name(const std::string& name) {
    throw refusal{"CertificateNotFound", fmt::format("Certificate not found: {}", name)};
}

void check_name(const std::string& name) {
    const auto all = names();
    if (std::ranges::find(all, name) == all.end()) refuse_name(name);
}

fleet::name_values with_authority(fleet::name_values settings, const std::string& name) {
    std::erase_if(settings, [](const auto& each) { return each.first == fleet::authority_setting; });
    settings.emplace_back(fleet::authority_setting, name);
    std::ranges::sort(settings);
    return settings;
}

} // namespace

void begin_authority(const call& in, const db_instance& made) {
    if (const auto asked = optional_text(in.input, "CACertificateIdentifier")) {
        check_name(*asked);
        const auto settings = with_authority(
            fleet::settings_of(in.db, made.resource_id, fleet::setting_stage::in_effect), *asked);
        fleet::put_settings(in.db, made.resource_id, settings, settings);
    }
}

// PostgreSQL takes a new certificate without a restart, so that nothing has to wait for one.
void change_authority(const call& in, const db_instance& of) {
    const auto asked = optional_text(in.input, "CACertificateIdentifier");
    if (!asked) return;
    check_name(*asked);
    if (authority_of(in, of) == *asked) return;
    fleet::put_settings(
        in.db, of.resource_id,
        with_authority(fleet::settings_of(in.db, of.resource_id, fleet::setting_stage::in_effect), *asked),
        with_authority(fleet::settings_of(in.db, of.resource_id, fleet::setting_stage::from_restart),
                       *asked));
    record(in, of, "configuration change", fmt::format("The certificate is now of {}", *asked));
}

std::string authority_of(const call& in, const db_instance& of) {
    std::string kept =
        fleet::value_of(fleet::settings_of(in.db, of.resource_id, fleet::setting_stage::from_restart),
                        fleet::authority_setting);
    return kept.empty() ? names().front() : kept;
}

json::object describe_certificates(const call& in) {
    check_filters(in, {});
    auto found = names();
    if (const auto asked = optional_text(in.input, "CertificateIdentifier")) {
        check_name(*asked);
        found = {*asked};
    }
    return wire::listed("Certificates", found, wire::page_by_marker(in.input, found.size()),
                        [&](const std::string& name) -> json::object {
                            return {
                                {"CertificateIdentifier", name},
                                {"CertificateType", "CA"},
                                {"ValidFrom", valid_from},
                                {"ValidTill", valid_till},
                                {"CertificateArn", fmt::format("arn:aws:rds:{}::cert:{}", in.region, name)},
                                {"CustomerOverride", false}};
                        });
}

} // namespace cruddur::cloud::rds
