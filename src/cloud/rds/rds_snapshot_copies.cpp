#include "cloud/ground/identifiers.hpp"
#include "cloud/kms/keys.hpp"
#include "cloud/rds/managed_passwords.hpp"
#include "cloud/rds/rds.hpp"
#include "cloud/rds/rds_validation.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace cruddur::cloud::rds {

namespace {

constexpr std::string_view everybody = "all";
constexpr std::string_view restore_attribute = "restore";
constexpr std::size_t accounts_max = 20; // with whom a snapshot is shared, as an account of AWS begins with
constexpr std::size_t account_digits = 12;

db_snapshot copied_snapshot(const call& in) {
    const std::string named = text_of(in.input, "SourceDBSnapshotIdentifier");
    const std::string ours = fmt::format("arn:aws:rds:{}:{}:snapshot:", in.region, ground::account_id);
    if (named.starts_with("arn:") && !named.starts_with(ours)) {
        throw refusal{
            "InvalidParameterValue",
            fmt::format("The snapshot {} is of another region or account. Snapshots are copied within one "
                        "here.",
                        named)};
    }
    const db_snapshot source = find_snapshot(in, named);
    if (source.status != "available") {
        throw refusal{"InvalidDBSnapshotState", fmt::format("Cannot copy the snapshot {} because it is {}.",
                                                            source.identifier, source.status)};
    }
    check_storage_key(in, source.source);
    return source;
}

bool is_account(const std::string& text) {
    return text.size() == account_digits && text.find_first_not_of("0123456789") == std::string::npos;
}

// Another account could not use AWS's own key, by which it would be opened.
void check_is_shareable(const call& in, const db_snapshot& what, bool with_all) {
    if (what.type != "manual") {
        throw refusal{"InvalidDBSnapshotState",
                      fmt::format("The snapshot {} is {}: only manual ones can be shared. Copy it, and share "
                                  "the copy.",
                                  what.identifier, what.type)};
    }
    if (what.status != "available") {
        throw refusal{"InvalidDBSnapshotState", fmt::format("Cannot share the snapshot {} because it is {}.",
                                                            what.identifier, what.status)};
    }
    if (!what.source.storage_encrypted) return;
    if (with_all)
        throw refusal{"InvalidDBSnapshotState", "Encrypted snapshots cannot be shared with all accounts."};
    const auto own = kms::find_key(in.db, in.region, "alias/aws/rds");
    if (own && own->arn() != what.source.kms_key_id) return;
    throw refusal{
        "InvalidDBSnapshotState",
        fmt::format("The snapshot {} is encrypted by the account's default key for RDS, and cannot be "
                    "shared. Copy it with another KmsKeyId, and share the copy.",
                    what.identifier)};
}

json::object describe_accounts(const call& in, const db_snapshot& what) {
    json::array values;
    for (const std::string& one : fleet::snapshot_accounts(in.db, what.folder))
        values.emplace_back(one);
    return {{"DBSnapshotAttributesResult",
             {{"DBSnapshotIdentifier", what.identifier},
              {"DBSnapshotAttributes", json::array{{{"AttributeName", restore_attribute},
                                                    {"AttributeValues", std::move(values)}}}}}}};
}

} // namespace

json::object copy_db_snapshot(const call& in) {
    const db_snapshot source = copied_snapshot(in);
    const std::string identifier =
        checked_identifier("TargetDBSnapshotIdentifier", text_of(in.input, "TargetDBSnapshotIdentifier"));
    check_new_snapshot(in, identifier);
    const ground::tag_list tags = wire::read_tags(in.input, "Tags");
    db_snapshot copy{"snapshot-" + ground::random_hex(24), in.region, identifier,   "creating", "manual",
                     in.env.part<instances>().now(),       0,         source.source};
    copy.copied_from = source.folder;
    copy.source_is_sealed = source.source.storage_encrypted;
    copy.original_at = source.original_at.value_or(source.created_at);
    if (optional_text(in.input, "KmsKeyId")) {
        copy.source.storage_encrypted = true;
        copy.source.kms_key_id = storage_key(in);
    }
    fleet::insert_snapshot(in.db, copy);
    const std::string arn = fleet::snapshot_arn(copy);
    if (is_true(in.input, "CopyTags"))
        ground::put_tags(in.db, arn, in.region, ground::tags_of(in.db, fleet::snapshot_arn(source)));
    ground::put_tags(in.db, arn, in.region, tags);
    fleet::record_event(in.db,
                        {in.region, "db-snapshot", identifier, "notification",
                         fmt::format("Started copy of snapshot {}", source.identifier), copy.created_at});
    bring_about(in, {});
    return {{"DBSnapshot", describe(in, copy)}};
}

json::object describe_db_snapshot_attributes(const call& in) {
    return describe_accounts(in, find_snapshot(in, text_of(in.input, "DBSnapshotIdentifier")));
}

json::object modify_db_snapshot_attribute(const call& in) {
    const db_snapshot what = find_snapshot(in, text_of(in.input, "DBSnapshotIdentifier"));
    const std::string attribute = text_of(in.input, "AttributeName");
    if (attribute != restore_attribute) {
        throw refusal{
            "InvalidParameterValue",
            fmt::format("Invalid attribute name: {}. The attribute of a DB snapshot is restore.", attribute)};
    }
    const auto added = texts_of(in.input, "ValuesToAdd");
    const auto removed = texts_of(in.input, "ValuesToRemove");
    if (added.empty() && removed.empty()) {
        throw refusal{"InvalidParameterCombination", "ValuesToAdd or ValuesToRemove must be given."};
    }
    for (const auto* values : {&added, &removed}) {
        for (const std::string& one : *values) {
            if (one == everybody || is_account(one)) continue;
            throw refusal{
                "InvalidParameterValue",
                fmt::format("Invalid value for the attribute restore: {}. It is an account's id, of 12 "
                            "digits, or all.",
                            one)};
        }
    }
    if (!added.empty()) check_is_shareable(in, what, std::ranges::find(added, everybody) != added.end());
    const auto before = fleet::snapshot_accounts(in.db, what.folder);
    std::set<std::string> now{before.begin(), before.end()};
    now.insert(added.begin(), added.end());
    for (const std::string& one : removed)
        now.erase(one);
    if (now.size() - now.count(std::string{everybody}) > accounts_max) {
        throw refusal{"SharedSnapshotQuotaExceeded",
                      fmt::format("Cannot share a snapshot with more than {} accounts", accounts_max)};
    }
    fleet::set_snapshot_accounts(in.db, what.folder, {now.begin(), now.end()});
    return describe_accounts(in, what);
}

} // namespace cruddur::cloud::rds
