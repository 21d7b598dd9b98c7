#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/secrets/secrets.hpp"
#include "cloud/wire/listing.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::secrets {

namespace {

constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view digits = "0123456789";
constexpr std::string_view punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

std::vector<std::string> stages_asked(const call& in) {
    auto out = texts_of(in.input, "VersionStages");
    if (out.empty()) out.emplace_back(current_stage);
    return out;
}

secret_version asked_version(const call& in, const secret& of) {
    const auto id = optional_text(in.input, "VersionId");
    const auto stage = optional_text(in.input, "VersionStage");
    for (secret_version& each : versions_of(in.db, of)) {
        const bool has_stage =
            std::ranges::find(each.stages, stage.value_or(std::string{current_stage})) != each.stages.end();
        if (id ? each.id == *id && (!stage || has_stage) : has_stage) return std::move(each);
    }
    throw refusal{
        "ResourceNotFoundException",
        id ? fmt::format("Secrets Manager can't find the specified secret value for VersionId: {}", *id)
           : fmt::format("Secrets Manager can't find the specified secret value for staging label: {}",
                         stage.value_or(std::string{current_stage}))};
}

std::string opened_value(const call& in, const secret& of, const secret_version& version) {
    const auto key = kms::key_that_sealed(in.db, in.region, version.sealed);
    auto done = key && key->is_usable()
                    ? kms::open(in.db, in.env.part<ground::vault>(), in.region, of.arn, version.sealed)
                    : std::nullopt;
    if (done) return std::move(done->plain);
    throw refusal{
        "DecryptionFailure",
        fmt::format("Secrets Manager can't decrypt the protected secret text using the KMS key{}: it is "
                    "not there, or not enabled.",
                    key ? " " + key->arn() : "")};
}

} // namespace

bool has_value(const call& in) {
    const bool text = in.input.contains("SecretString");
    const bool binary = in.input.contains("SecretBinary");
    if (text && binary)
        refuse_parameter("You can't specify both a binary secret value and a string secret value.");
    return text || binary;
}

std::string put_version(const call& in, const secret& of, std::vector<std::string> stages) {
    const bool is_binary = in.input.contains("SecretBinary");
    const std::string value = text_of(in.input, is_binary ? "SecretBinary" : "SecretString");
    const std::string id = optional_text(in.input, "ClientRequestToken").value_or(ground::random_uuid());
    // The same token is the same request: sent again it changes nothing.
    const auto all = versions_of(in.db, of);
    const auto there = std::ranges::find(all, id, &secret_version::id);
    if (there != all.end()) {
        if (opened_value(in, of, *there) == value) return id;
        throw refusal{"ResourceExistsException",
                      fmt::format("A resource with the ID you requested already exists: {}", id)};
    }
    if (!version_at(in.db, of, current_stage)) stages.emplace_back(current_stage);
    const std::string sealed = kms::seal(in.env.part<ground::vault>(), usable_key(in, of), of.arn, value);
    insert_version(in.db, of, {id, now_of(in), is_binary, sealed, std::move(stages)});
    forget_old_versions(in.db, of);
    return id;
}

json::object get_secret_value(const call& in) {
    secret of = living_secret(in);
    const secret_version version = asked_version(in, of);
    json::object out{
        {"ARN", of.arn}, {"Name", of.name}, {"VersionId", version.id}, {"CreatedDate", version.created_ms}};
    out[version.is_binary ? "SecretBinary" : "SecretString"] = opened_value(in, of, version);
    json::array stages;
    for (const std::string& each : version.stages)
        stages.emplace_back(each);
    out["VersionStages"] = std::move(stages);
    return out;
}

json::object put_secret_value(const call& in) {
    secret of = own_secret(in);
    if (!has_value(in)) refuse_request("You must provide either SecretString or SecretBinary.");
    const std::string id = put_version(in, of, stages_asked(in));
    of.changed_ms = now_of(in);
    save_secret(in.db, of);
    json::array stages;
    for (const std::string& each : stages_asked(in))
        stages.emplace_back(each);
    return {{"ARN", of.arn}, {"Name", of.name}, {"VersionId", id}, {"VersionStages", std::move(stages)}};
}

json::object list_secret_version_ids(const call& in) {
    const secret of = existing_secret(in);
    const bool all_of_them = is_true(in.input, "IncludeDeprecated");
    json::array found;
    for (const secret_version& each : versions_of(in.db, of)) {
        if (each.stages.empty() && !all_of_them) continue;
        json::object one{{"VersionId", each.id}, {"CreatedDate", each.created_ms}};
        json::array stages;
        for (const std::string& stage : each.stages)
            stages.emplace_back(stage);
        if (!stages.empty()) one["VersionStages"] = std::move(stages);
        found.push_back(std::move(one));
    }
    json::object out = page_of(in, "Versions", found);
    out["ARN"] = of.arn;
    out["Name"] = of.name;
    return out;
}

json::object update_secret_version_stage(const call& in) {
    secret of = own_secret(in);
    const std::string stage = text_of(in.input, "VersionStage");
    const auto from = optional_text(in.input, "RemoveFromVersionId");
    const auto to = optional_text(in.input, "MoveToVersionId");
    const auto holder = version_at(in.db, of, stage);
    if (from && (!holder || holder->id != *from)) {
        refuse_parameter(fmt::format("The parameter RemoveFromVersionId can't be {}: staging label {} is not "
                                     "attached to it.",
                                     *from, stage));
    }
    if (holder && !from && (!to || *to != holder->id)) {
        refuse_parameter(
            fmt::format("The parameter RemoveFromVersionId can't be empty. Staging label {} is "
                        "currently attached to version {}, so you must explicitly reference that "
                        "version in RemoveFromVersionId.",
                        stage, holder->id));
    }
    if (to) {
        const auto all = versions_of(in.db, of);
        if (std::ranges::find(all, *to, &secret_version::id) == all.end()) {
            throw refusal{"ResourceNotFoundException",
                          fmt::format("Secrets Manager can't find the specified secret version: {}", *to)};
        }
        move_stage(in.db, of, stage, *to);
    } else {
        if (stage == current_stage)
            refuse_request("You can't remove AWSCURRENT: move it to another version.");
        drop_stage(in.db, of, stage);
    }
    of.changed_ms = now_of(in);
    save_secret(in.db, of);
    return {{"ARN", of.arn}, {"Name", of.name}};
}

json::object get_random_password(const call& in) {
    const auto size = static_cast<std::size_t>(optional_integer(in.input, "PasswordLength").value_or(32));
    const std::string excluded = text_of(in.input, "ExcludeCharacters");
    std::vector<std::string> kinds;
    for (const auto& [name, all] :
         {std::pair{"ExcludeLowercase", lower}, std::pair{"ExcludeUppercase", upper},
          std::pair{"ExcludeNumbers", digits}, std::pair{"ExcludePunctuation", punctuation}}) {
        if (is_true(in.input, name)) continue;
        std::string kind{all};
        std::erase_if(kind, [&](char c) { return excluded.find(c) != std::string::npos; });
        if (!kind.empty()) kinds.push_back(std::move(kind));
    }
    if (is_true(in.input, "IncludeSpace") && excluded.find(' ') == std::string::npos) kinds.emplace_back(" ");
    const bool one_of_each = optional_boolean(in.input, "RequireEachIncludedType").value_or(true);
    std::string alphabet;
    for (const std::string& each : kinds)
        alphabet += each;
    if (alphabet.empty() || (one_of_each && kinds.size() > size))
        refuse_parameter("There are no characters left that the password could be made of.");
    // What lacks a kind is thrown away, so that every password that has them all is as likely.
    constexpr int tries_max = 1000;
    for (int tries = 0; tries < tries_max; ++tries) {
        std::string made = ground::random_text(size, alphabet);
        const bool has_each = std::ranges::all_of(
            kinds, [&](const std::string& kind) { return made.find_first_of(kind) != std::string::npos; });
        if (has_each || !one_of_each) return {{"RandomPassword", std::move(made)}};
    }
    refuse_parameter("A password of that length seldom has a character of each type: allow it to be longer.");
}

json::object page_of(const call& in, std::string_view name, const json::array& all) {
    constexpr std::int64_t page_default = 100;
    const auto most =
        static_cast<std::size_t>(optional_integer(in.input, "MaxResults").value_or(page_default));
    auto shown = wire::page_at(optional_text(in.input, "NextToken"), most, all.size());
    if (!shown) throw refusal{"InvalidNextTokenException", "The NextToken value is invalid."};
    shown->token = "NextToken";
    return wire::listed(name, all, *shown, [](const json::value& one) { return one; });
}

} // namespace cruddur::cloud::secrets
