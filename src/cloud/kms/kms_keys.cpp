#include "cloud/ground/identifiers.hpp"
#include "cloud/kms/kms.hpp"
#include "cloud/wire/listing.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>

namespace cruddur::cloud::kms {

namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t window_days = 30;
constexpr std::int64_t page_default = 100;
constexpr std::string_view aws_prefix = "alias/aws/";

json::object describe(const key& what) {
    json::object out{{"AWSAccountId", std::string{ground::account_id}},
                     {"KeyId", what.id},
                     {"Arn", what.arn()},
                     {"CreationDate", what.created_ms},
                     {"Enabled", what.is_usable()},
                     {"Description", what.description},
                     {"KeyUsage", "ENCRYPT_DECRYPT"},
                     {"KeyState", what.key_state},
                     {"Origin", "AWS_KMS"},
                     {"KeyManager", what.is_aws ? "AWS" : "CUSTOMER"},
                     {"CustomerMasterKeySpec", "SYMMETRIC_DEFAULT"},
                     {"KeySpec", "SYMMETRIC_DEFAULT"},
                     {"EncryptionAlgorithms", json::array{"SYMMETRIC_DEFAULT"}},
                     {"MultiRegion", false}};
    if (what.deletion_ms != 0) out["DeletionDate"] = what.deletion_ms;
    return out;
}

void check_is(const call& in, std::string_view member, std::string_view only) {
    const auto asked = optional_text(in.input, member);
    if (asked && *asked != only) {
        throw refusal{"UnsupportedOperationException",
                      fmt::format("Here keys are symmetric, and made by KMS: {} must be {}.", member, only)};
    }
}

// The service's keys are AWS's to change.
key own_key(const call& in) {
    key out = existing_key(in, text_of(in.input, "KeyId"));
    if (out.is_aws) {
        throw refusal{"AccessDeniedException",
                      fmt::format("{} is a key of AWS's own, which only AWS changes.", out.arn())};
    }
    return out;
}

void refuse_pending(const key& what) {
    if (what.key_state == "PendingDeletion") {
        throw refusal{"KMSInvalidStateException", fmt::format("{} is pending deletion.", what.arn())};
    }
}

json::object put_state(const call& in, std::string_view wanted) {
    key changed = own_key(in);
    refuse_pending(changed);
    changed.key_state = wanted;
    save_key(in.db, changed);
    return {};
}

json::object page_of(const call& in, std::string_view name, const json::array& all) {
    const auto limit = static_cast<std::size_t>(optional_integer(in.input, "Limit").value_or(page_default));
    const auto marker = optional_text(in.input, "Marker");
    auto shown = wire::page_at(marker, limit, all.size());
    if (!shown)
        throw refusal{"InvalidMarkerException", fmt::format("'{}' is no marker of this list.", *marker)};
    shown->token = "NextMarker";
    auto out = wire::listed(name, all, *shown, [](const json::value& one) { return one; });
    out["Truncated"] = !shown->next.empty();
    return out;
}

std::string checked_alias(const call& in) {
    std::string name = text_of(in.input, "AliasName");
    const bool valid = name.starts_with("alias/") && name.size() > 6 && std::ranges::all_of(name, [](char c) {
                           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                  (c >= '0' && c <= '9') ||
                                  std::string_view{":/_-"}.find(c) != std::string_view::npos;
                       });
    if (!valid) {
        throw refusal{"ValidationException",
                      "Alias must start with the prefix \"alias/\". Please see "
                      "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"};
    }
    if (name.starts_with(aws_prefix)) {
        throw refusal{"NotAuthorizedException", "The prefix alias/aws/ is AWS's own."};
    }
    return name;
}

std::string alias_arn(const call& in, const std::string& name) {
    return fmt::format("arn:aws:kms:{}:{}:{}", in.region, ground::account_id, name);
}

bool has_alias(const call& in, const std::string& name) {
    const auto all = aliases_of(in.db, in.region);
    return std::ranges::find(all, name, &alias::name) != all.end();
}

} // namespace

std::int64_t now_of(const call& in) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(in.now.time_since_epoch()).count();
}

key existing_key(const call& in, const std::string& named) {
    if (auto found = find_key(in.db, in.region, named)) return std::move(*found);
    const std::string shown = named.starts_with("arn:")     ? named
                              : named.starts_with("alias/") ? alias_arn(in, named)
                                                            : alias_arn(in, "key/" + named);
    throw refusal{"NotFoundException",
                  fmt::format("{} '{}' does not exist",
                              named.find("alias/") != std::string::npos ? "Alias" : "Key", shown)};
}

void check_usable(const key& what) {
    refuse_pending(what);
    if (!what.is_usable()) throw refusal{"DisabledException", fmt::format("{} is disabled.", what.arn())};
}

json::object create_key(const call& in) {
    check_is(in, "KeyUsage", "ENCRYPT_DECRYPT");
    check_is(in, "KeySpec", "SYMMETRIC_DEFAULT");
    check_is(in, "CustomerMasterKeySpec", "SYMMETRIC_DEFAULT");
    check_is(in, "Origin", "AWS_KMS");
    if (wire::is_true(in.input, "MultiRegion")) {
        throw refusal{"UnsupportedOperationException", "Here a key is its region's alone."};
    }
    const key made{.region = in.region,
                   .id = ground::random_uuid(),
                   .key_state = "Enabled",
                   .description = text_of(in.input, "Description"),
                   .wrapped = in.env.part<ground::vault>().new_key(),
                   .created_ms = now_of(in)};
    insert_key(in.db, made);
    return {{"KeyMetadata", describe(made)}};
}

json::object describe_key(const call& in) {
    return {{"KeyMetadata", describe(existing_key(in, text_of(in.input, "KeyId")))}};
}

json::object list_keys(const call& in) {
    json::array all;
    for (const key& each : keys_of(in.db, in.region))
        all.push_back({{"KeyId", each.id}, {"KeyArn", each.arn()}});
    return page_of(in, "Keys", all);
}

json::object enable_key(const call& in) {
    return put_state(in, "Enabled");
}

json::object disable_key(const call& in) {
    return put_state(in, "Disabled");
}

json::object schedule_key_deletion(const call& in) {
    key changed = own_key(in);
    refuse_pending(changed);
    const std::int64_t days = optional_integer(in.input, "PendingWindowInDays").value_or(window_days);
    changed.key_state = "PendingDeletion";
    changed.deletion_ms = now_of(in) + days * day_ms;
    save_key(in.db, changed);
    return {{"KeyId", changed.arn()},
            {"DeletionDate", changed.deletion_ms},
            {"KeyState", changed.key_state},
            {"PendingWindowInDays", days}};
}

json::object cancel_key_deletion(const call& in) {
    key changed = own_key(in);
    if (changed.key_state != "PendingDeletion") {
        throw refusal{"KMSInvalidStateException", fmt::format("{} is not pending deletion.", changed.arn())};
    }
    changed.key_state = "Disabled";
    changed.deletion_ms = 0;
    save_key(in.db, changed);
    return {{"KeyId", changed.arn()}};
}

json::object create_alias(const call& in) {
    const std::string name = checked_alias(in);
    if (has_alias(in, name)) {
        throw refusal{"AlreadyExistsException",
                      fmt::format("An alias with the name {} already exists", alias_arn(in, name))};
    }
    const key target = existing_key(in, text_of(in.input, "TargetKeyId"));
    refuse_pending(target);
    put_alias(in.db, in.region, {name, target.id, now_of(in)});
    return {};
}

json::object update_alias(const call& in) {
    const std::string name = checked_alias(in);
    if (!has_alias(in, name)) (void)existing_key(in, name);
    const key target = existing_key(in, text_of(in.input, "TargetKeyId"));
    refuse_pending(target);
    put_alias(in.db, in.region, {name, target.id, now_of(in)});
    return {};
}

json::object delete_alias(const call& in) {
    const std::string name = checked_alias(in);
    if (!remove_alias(in.db, in.region, name)) (void)existing_key(in, name);
    return {};
}

json::object list_aliases(const call& in) {
    const auto of = optional_text(in.input, "KeyId");
    const std::string id = of ? existing_key(in, *of).id : "";
    json::array all;
    for (const alias& each : aliases_of(in.db, in.region)) {
        if (of && each.key_id != id) continue;
        all.push_back({{"AliasName", each.name},
                       {"AliasArn", alias_arn(in, each.name)},
                       {"TargetKeyId", each.key_id},
                       {"CreationDate", each.created_ms},
                       {"LastUpdatedDate", each.created_ms}});
    }
    return page_of(in, "Aliases", all);
}

} // namespace cruddur::cloud::kms
