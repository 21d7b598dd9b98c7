#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/tags.hpp"
#include "cloud/secrets/secrets.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>

namespace cruddur::cloud::secrets {

namespace {

constexpr std::int64_t one_day_ms = 86'400'000;
constexpr std::int64_t recovery_days = 30;
constexpr std::string_view name_punctuation = "/_+=.@!-";

std::string checked_name(const call& in) {
    std::string name = text_of(in.input, "Name");
    const bool valid = std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               name_punctuation.find(c) != std::string_view::npos;
    });
    if (!valid) {
        throw refusal{"ValidationException", "Invalid name. Must be a valid name containing alphanumeric "
                                             "characters, or any of the following: -/_+=.@!"};
    }
    return name;
}

json::array tags_of(const call& in, const secret& of) {
    json::array out;
    for (const auto& [key, value] : ground::tags_of(in.db, of.arn))
        out.push_back({{"Key", key}, {"Value", value}});
    return out;
}

json::object stages_of(const call& in, const secret& of) {
    json::object out;
    for (const secret_version& each : versions_of(in.db, of)) {
        if (each.stages.empty()) continue;
        json::array stages;
        for (const std::string& stage : each.stages)
            stages.emplace_back(stage);
        out[each.id] = std::move(stages);
    }
    return out;
}

void put_time(json::object& to, const char* name, std::int64_t at_ms) {
    if (at_ms != 0) to[name] = at_ms;
}

json::object describe(const call& in, const secret& what, const char* versions) {
    json::object out{{"ARN", what.arn},
                     {"Name", what.name},
                     {"CreatedDate", what.created_ms},
                     {"LastChangedDate", what.changed_ms},
                     {"Tags", tags_of(in, what)},
                     {versions, stages_of(in, what)}};
    if (!what.description.empty()) out["Description"] = what.description;
    if (!what.kms_key.empty()) out["KmsKeyId"] = what.kms_key;
    if (!what.owner.empty()) out["OwningService"] = what.owner;
    put_time(out, "LastAccessedDate", what.accessed_ms - what.accessed_ms % one_day_ms);
    put_time(out, "LastRotatedDate", what.rotated_ms);
    put_time(out, "DeletedDate", what.deletion_ms);
    const auto next = next_rotation(what);
    if (!next) return out;
    out["RotationEnabled"] = true;
    out["RotationRules"] = what.rotation_schedule.empty()
                               ? json::object{{"AutomaticallyAfterDays", what.rotation_days}}
                               : json::object{{"ScheduleExpression", what.rotation_schedule}};
    out["NextRotationDate"] = *next;
    return out;
}

json::object named(const secret& what, const std::string& version = {}) {
    json::object out{{"ARN", what.arn}, {"Name", what.name}};
    if (!version.empty()) out["VersionId"] = version;
    return out;
}

// A filter's value is a prefix, and one that begins with "!" is what is not wanted.
bool matches(const call& in, const secret& what, const std::string& key, std::string value) {
    const bool wanted = !value.starts_with('!');
    if (!wanted) value.erase(0, 1);
    std::vector<std::string> texts;
    if (key == "name" || key == "all") texts.push_back(what.name);
    if (key == "description" || key == "all") texts.push_back(what.description);
    if (key == "owning-service") texts.push_back(what.owner);
    for (const auto& [tag, text] : ground::tags_of(in.db, what.arn)) {
        if (key == "tag-key" || key == "all") texts.push_back(tag);
        if (key == "tag-value" || key == "all") texts.push_back(text);
    }
    return wanted ==
           std::ranges::any_of(texts, [&](const std::string& each) { return each.starts_with(value); });
}

bool passes(const call& in, const secret& what) {
    for (const json::object* filter : wire::objects_of(in.input, "Filters")) {
        const auto values = texts_of(*filter, "Values");
        const std::string key = text_of(*filter, "Key");
        if (std::ranges::none_of(values,
                                 [&](const std::string& each) { return matches(in, what, key, each); }))
            return false;
    }
    return true;
}

} // namespace

std::int64_t now_of(const call& in) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(in.now.time_since_epoch()).count();
}

void refuse_parameter(std::string message) {
    throw refusal{"InvalidParameterException", std::move(message)};
}

void refuse_request(std::string message) {
    throw refusal{"InvalidRequestException", std::move(message)};
}

secret existing_secret(const call& in) {
    if (auto found = find_secret(in.db, in.region, text_of(in.input, "SecretId"))) return std::move(*found);
    throw refusal{"ResourceNotFoundException", "Secrets Manager can't find the specified secret."};
}

secret living_secret(const call& in) {
    secret out = existing_secret(in);
    if (out.deletion_ms != 0) {
        refuse_request("You can't perform this operation on the secret because it was marked for deletion.");
    }
    return out;
}

secret own_secret(const call& in) {
    secret out = living_secret(in);
    if (!out.owner.empty()) {
        refuse_request(fmt::format(
            "You can't perform this operation on the secret because it is managed by {}.", out.owner));
    }
    return out;
}

kms::key usable_key(const call& in, const secret& of) {
    return usable_key(in.db, in.env.part<ground::vault>(), of, now_of(in));
}

void put_tags(const call& in, const secret& of) {
    ground::tag_list tags;
    for (const json::object* each : wire::objects_of(in.input, "Tags")) {
        const std::string key = text_of(*each, "Key");
        if (key.starts_with("aws:")) refuse_parameter("Tag keys that begin with 'aws:' are reserved.");
        tags.emplace_back(key, text_of(*each, "Value"));
    }
    ground::put_tags(in.db, of.arn, in.region, tags);
}

json::object create_secret(const call& in) {
    const std::int64_t now = now_of(in);
    secret made{.region = in.region,
                .arn = {},
                .name = checked_name(in),
                .description = text_of(in.input, "Description"),
                .kms_key = text_of(in.input, "KmsKeyId"),
                .owner = {},
                .created_ms = now,
                .changed_ms = now};
    made.arn = new_arn(in.region, made.name);
    for (const secret& each : secrets_of(in.db, in.region)) {
        if (each.name != made.name) continue;
        if (each.deletion_ms != 0) {
            refuse_request(
                "You can't create this secret because a secret with this name is already scheduled "
                "for deletion.");
        }
        throw refusal{"ResourceExistsException",
                      fmt::format("The operation failed because the secret {} already exists.", made.name)};
    }
    (void)usable_key(in, made);
    insert_secret(in.db, made);
    put_tags(in, made);
    return named(made, has_value(in) ? put_version(in, made, {std::string{current_stage}}) : "");
}

json::object update_secret(const call& in) {
    secret changed = own_secret(in);
    changed.description = optional_text(in.input, "Description").value_or(changed.description);
    changed.kms_key = optional_text(in.input, "KmsKeyId").value_or(changed.kms_key);
    changed.changed_ms = now_of(in);
    (void)usable_key(in, changed);
    save_secret(in.db, changed);
    return named(changed, has_value(in) ? put_version(in, changed, {std::string{current_stage}}) : "");
}

json::object describe_secret(const call& in) {
    return describe(in, existing_secret(in), "VersionIdsToStages");
}

json::object list_secrets(const call& in) {
    auto found = secrets_of(in.db, in.region);
    const bool doomed = is_true(in.input, "IncludePlannedDeletion");
    std::erase_if(
        found, [&](const secret& each) { return (!doomed && each.deletion_ms != 0) || !passes(in, each); });
    if (optional_text(in.input, "SortOrder") == "asc") std::ranges::reverse(found);
    json::array all;
    for (const secret& each : found)
        all.push_back(describe(in, each, "SecretVersionsToStages"));
    return page_of(in, "SecretList", all);
}

json::object delete_secret_soon(const call& in) {
    secret gone = existing_secret(in);
    if (!gone.owner.empty()) (void)own_secret(in);
    const auto days = optional_integer(in.input, "RecoveryWindowInDays");
    const bool at_once = is_true(in.input, "ForceDeleteWithoutRecovery");
    if (days && at_once) {
        refuse_parameter(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
    }
    if (gone.deletion_ms != 0 && !at_once) {
        refuse_request("You can't perform this operation on the secret because it was already scheduled for "
                       "deletion.");
    }
    gone.deletion_ms = now_of(in) + (at_once ? 0 : days.value_or(recovery_days) * one_day_ms);
    if (at_once)
        delete_secret(in.db, gone);
    else
        save_secret(in.db, gone);
    json::object out = named(gone);
    out["DeletionDate"] = gone.deletion_ms;
    return out;
}

json::object restore_secret(const call& in) {
    secret back = existing_secret(in);
    back.deletion_ms = 0; // as in AWS, it is no error where it was not to be deleted
    save_secret(in.db, back);
    return named(back);
}

namespace {

void read_rules(const json::object& rules, secret& into) {
    const auto days = optional_integer(rules, "AutomaticallyAfterDays");
    const auto schedule = optional_text(rules, "ScheduleExpression");
    if (days && schedule) {
        refuse_parameter("You can't specify both AutomaticallyAfterDays and ScheduleExpression in "
                         "RotationRules.");
    }
    if (schedule && !rate_in_ms(*schedule)) {
        refuse_parameter(
            fmt::format("Invalid ScheduleExpression: {}. Here it is rate(N hours), of 4 or more, or "
                        "rate(N days).",
                        *schedule));
    }
    if (days) {
        into.rotation_days = *days;
        into.rotation_schedule.clear();
    }
    if (schedule) {
        into.rotation_days = 0;
        into.rotation_schedule = *schedule;
    }
}

} // namespace

json::object rotate_secret(const call& in) {
    secret what = living_secret(in);
    if (what.owner.empty()) {
        refuse_request(
            "No Lambda rotation function ARN is associated with this secret. Here the secrets that a "
            "service manages are rotated, such as RDS's, by that service.");
    }
    if (const auto* const rules = wire::find_object(in.input, "RotationRules")) read_rules(*rules, what);
    save_secret(in.db, what);
    if (!optional_boolean(in.input, "RotateImmediately").value_or(true)) return named(what);
    return named(what, in.env.part<secret_owner>().rotate(in.db, what));
}

json::object cancel_rotate_secret(const call& in) {
    secret what = own_secret(in);
    what.rotation_days = 0;
    what.rotation_schedule.clear();
    save_secret(in.db, what);
    return named(what);
}

json::object tag_secret(const call& in) {
    put_tags(in, living_secret(in));
    return {};
}

json::object untag_secret(const call& in) {
    const secret of = living_secret(in);
    for (const std::string& key : texts_of(in.input, "TagKeys"))
        ground::remove_tag(in.db, of.arn, key);
    return {};
}

} // namespace cruddur::cloud::secrets
