#include "cloud/rds/managed_passwords.hpp"

#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/kms/keys.hpp"
#include "cloud/rds/rds_records.hpp"
#include "cloud/rds/rds_validation.hpp"
#include "cloud/rds/scram.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::rds {

namespace {

constexpr const char* secret_attribute = "master-secret";
constexpr auto turn_every = std::chrono::seconds(1);
constexpr auto turn_while_rotating = std::chrono::milliseconds(50);
constexpr std::int64_t rotation_days = 7; // as RDS rotates what it manages

// What a master password may be made of, and no shell or URL stumbles over.
std::string new_password() {
    constexpr std::string_view alphabet =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&()*+,-.:;<=>?[]^_{|}~";
    constexpr std::size_t characters = 28;
    return ground::random_text(characters, alphabet);
}

std::string secret_value(const db_instance& of, const std::string& password) {
    return json::serialize(json::object{{"username", of.master_username}, {"password", password}});
}

std::optional<secrets::secret> secret_of(state& db, const db_instance& of) {
    const std::string arn = attribute_of(db, of.resource_id, secret_attribute);
    return arn.empty() ? std::nullopt : secrets::find_secret(db, of.region, arn);
}

void begin_secret(const call& in, const db_instance& of, const std::string& password) {
    const auto& vault = in.env.part<ground::vault>();
    const std::int64_t now = in.env.part<instances>().now();
    const auto asked = optional_text(in.input, "MasterUserSecretKmsKeyId");
    const auto key =
        asked ? kms::find_key(in.db, in.region, *asked)
              : std::optional{kms::service_key(in.db, vault, in.region, "aws/secretsmanager", now)};
    if (!key || !key->is_usable()) {
        throw refusal{
            "KMSKeyNotAccessibleFault",
            fmt::format("The specified KMS key [{}] does not exist, is not enabled or you do not have "
                        "permissions to access it.",
                        asked.value_or(""))};
    }
    secrets::secret made{.region = in.region,
                         .arn = {},
                         .name = "rds!db-" + ground::random_uuid(),
                         .description = "The secret associated with the primary RDS DB instance: " +
                                        fleet::instance_arn(of),
                         .kms_key = key->arn(),
                         .owner = "rds",
                         .created_ms = now,
                         .changed_ms = now};
    made.rotation_days = rotation_days;
    made.arn = secrets::new_arn(in.region, made.name);
    secrets::insert_secret(in.db, made);
    ground::put_tags(in.db, made.arn, in.region,
                     {{"aws:rds:primaryDBInstanceArn", fleet::instance_arn(of)},
                      {"aws:secretsmanager:owningService", "rds"}});
    (void)secrets::put_value(in.db, vault, made, secret_value(of, password), secrets::current_stage, now);
    put_attribute(in.db, of.resource_id, secret_attribute, made.arn);
}

[[noreturn]] void combination(std::string message) {
    throw refusal{"InvalidParameterCombination", std::move(message)};
}

// Whether storage sealed under that key may be read. Keys of RDS's own were names alone, once.
bool is_usable(state& db, const std::string& region, const std::string& arn) {
    if (const auto found = kms::find_key(db, region, arn)) return found->is_usable();
    return !kms::find_key(db, region, "alias/aws/rds");
}

} // namespace

managed_passwords::managed_passwords(const boost::asio::any_io_executor& loop, ground::state& db,
                                     const ground::vault& with, fleet::instances& of)
    : db_{db}
    , vault_{with}
    , instances_{of}
    , timer_{loop} {}

void managed_passwords::start() {
    arm();
}

void managed_passwords::stop() {
    stopped_ = true;
    timer_.cancel();
}

void managed_passwords::arm() {
    if (rotates_)
        timer_.expires_after(turn_while_rotating);
    else
        timer_.expires_after(turn_every);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (stopped_) return;
        if (!cancelled) turn(); // cancelled, it is to come sooner
        arm();
    });
}

void managed_passwords::turn() {
    rotates_ = false;
    attempts_.turn("Looking after keys and secrets", [this] {
        attempts_.step("Deleting keys and secrets that are due", [this] {
            ground::transaction whole{db_};
            kms::delete_expired_keys(db_, instances_.now());
            secrets::delete_expired_secrets(db_, instances_.now());
            whole.commit();
        });
        for (db_instance& each : fleet::all_instances(db_)) {
            attempts_.step(
                fmt::format("Looking after the key and the password of DB instance {}", each.identifier),
                [&] {
                    ground::transaction whole{db_};
                    look_after(each);
                    whole.commit();
                });
        }
    });
}

void managed_passwords::look_after(db_instance& of) {
    if (of.storage_encrypted && of.status == "available" && !is_usable(db_, of.region, of.kms_key_id))
        return lock(of);
    auto kept = secret_of(db_, of);
    if (!kept) return;
    if (secrets::version_at(db_, *kept, secrets::pending_stage)) return finish_rotation(of, *kept);
    const auto due = secrets::next_rotation(*kept);
    if (due && of.status == "available" && instances_.now() >= *due) (void)rotate(db_, *kept);
}

// The server has taken the new password once it is no longer among what waits.
void managed_passwords::finish_rotation(const db_instance& of, secrets::secret& kept) {
    const auto waiting = fleet::pending_values(db_, of.resource_id);
    const bool waits = std::ranges::find(waiting, "MasterUserPassword",
                                         &fleet::name_values::value_type::first) != waiting.end();
    if (waits) {
        rotates_ = true;
        return;
    }
    const auto made = secrets::version_at(db_, kept, secrets::pending_stage);
    secrets::move_stage(db_, kept, secrets::current_stage, made->id);
    secrets::forget_old_versions(db_, kept);
    kept.rotated_ms = kept.changed_ms = instances_.now();
    secrets::save_secret(db_, kept);
    fleet::record_event(db_, {of.region, "db-instance", of.identifier, "configuration change",
                              "The master user password was rotated", instances_.now()});
}

// As RDS: what its key no longer opens is not served, until the key is enabled and the instance is started.
void managed_passwords::lock(db_instance& of) {
    of.status = locked_status;
    fleet::save_instance(db_, of);
    fleet::record_event(db_,
                        {of.region, "db-instance", of.identifier, "failure",
                         fmt::format("The KMS key {} can't be accessed: the DB instance is stopped until the "
                                     "key is enabled and it is started again",
                                     of.kms_key_id),
                         instances_.now()});
    instances_.wake(of.resource_id);
}

std::string managed_passwords::rotate(ground::state& db, const secrets::secret& which) {
    for (db_instance& each : fleet::instances_of(db, which.region)) {
        if (attribute_of(db, each.resource_id, secret_attribute) != which.arn) continue;
        if (each.status != "available" || secrets::version_at(db, which, secrets::pending_stage)) {
            throw refusal{"InvalidRequestException",
                          fmt::format("The secret can't be rotated now: the DB instance {} is {}.",
                                      each.identifier,
                                      each.status == "available" ? "rotating it" : each.status)};
        }
        const std::string password = new_password();
        std::string id = secrets::put_value(db, vault_, which, secret_value(each, password),
                                            secrets::pending_stage, instances_.now());
        fleet::put_pending(db, each.resource_id, "MasterUserPassword", scram_verifier(password));
        each.status = "resetting-master-credentials";
        each.is_partial = true; // nothing else that waits is applied with it
        fleet::save_instance(db, each);
        instances_.wake(each.resource_id);
        rotates_ = true;
        timer_.cancel();
        return id;
    }
    throw refusal{"InvalidRequestException", "The DB instance that the secret is of is not there any more."};
}

std::string begin_master_password(const call& in, const db_instance& made) {
    const auto given = optional_text(in.input, "MasterUserPassword");
    if (!is_true(in.input, "ManageMasterUserPassword")) {
        if (in.input.contains("MasterUserSecretKmsKeyId")) {
            combination(
                "You can specify MasterUserSecretKmsKeyId only when ManageMasterUserPassword is enabled.");
        }
        if (!given)
            throw refusal{"MissingParameter", "The request must contain the parameter MasterUserPassword"};
        check_master_password(*given);
        return *given;
    }
    if (given) {
        combination(
            "You can specify either ManageMasterUserPassword or MasterUserPassword parameters, but not "
            "both.");
    }
    std::string password = new_password();
    begin_secret(in, made, password);
    return password;
}

std::string change_master_password(const call& in, const db_instance& of) {
    const auto given = optional_text(in.input, "MasterUserPassword");
    const auto managed = optional_boolean(in.input, "ManageMasterUserPassword");
    const auto kept = secret_of(in.db, of);
    if (given) check_master_password(*given);
    if (is_true(in.input, "RotateMasterUserPassword")) {
        if (!kept)
            combination("You can rotate the master user password only where Secrets Manager manages it.");
        if (!is_true(in.input, "ApplyImmediately"))
            combination("You must apply the change immediately when rotating the master user password.");
        return {};
    }
    if (managed == true && given) {
        combination(
            "You can specify either ManageMasterUserPassword or MasterUserPassword parameters, but not "
            "both.");
    }
    if (managed == true && !kept) {
        std::string password = new_password();
        begin_secret(in, of, password);
        return password;
    }
    if (managed == false && kept) {
        if (!given)
            combination("You must specify a new master user password when Secrets Manager no longer "
                        "manages it.");
        forget_master_password(in, of);
        return *given;
    }
    if (given && kept) {
        combination(
            "You can't specify MasterUserPassword for an instance with ManageMasterUserPassword enabled.");
    }
    return given.value_or("");
}

void rotate_master_password(const call& in, const db_instance& of) {
    (void)in.env.part<secrets::secret_owner>().rotate(in.db, secret_of(in.db, of).value());
}

void forget_master_password(const call& in, const db_instance& gone) {
    if (const auto kept = secret_of(in.db, gone)) secrets::delete_secret(in.db, *kept);
    put_attribute(in.db, gone.resource_id, secret_attribute, "");
}

json::object describe_master_secret(const call& in, const db_instance& of) {
    const auto kept = secret_of(in.db, of);
    if (!kept) return {};
    const bool rotates = secrets::version_at(in.db, *kept, secrets::pending_stage).has_value();
    return {{"SecretArn", kept->arn},
            {"SecretStatus", !of.created_at ? "creating"
                             : rotates      ? "rotating"
                                            : "active"},
            {"KmsKeyId", kept->kms_key}};
}

std::string storage_key(const call& in) {
    const std::string known = fleet::kms_key_of(in.db, in.region); // of when keys were names alone
    const auto own = kms::service_key(in.db, in.env.part<ground::vault>(), in.region, "aws/rds",
                                      in.env.part<instances>().now(), known.substr(known.rfind('/') + 1));
    const auto asked = optional_text(in.input, "KmsKeyId");
    const auto found = asked ? kms::find_key(in.db, in.region, *asked) : std::optional{own};
    if (found && found->is_usable()) return found->arn();
    throw refusal{"KMSKeyNotAccessibleFault",
                  fmt::format("The specified KMS key [{}] does not exist, is not enabled or you do not "
                              "have permissions to access it.",
                              asked.value_or(own.arn()))};
}

void check_storage_key(const call& in, const db_instance& of) {
    if (!of.storage_encrypted || is_usable(in.db, in.region, of.kms_key_id)) return;
    throw refusal{
        "KMSKeyNotAccessibleFault",
        fmt::format("The KMS key [{}] of the storage is not enabled: enable it first.", of.kms_key_id)};
}

} // namespace cruddur::cloud::rds
