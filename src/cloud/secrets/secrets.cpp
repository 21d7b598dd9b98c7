#include "cloud/secrets/secrets.hpp"

#include <array>

namespace cruddur::cloud::secrets {

namespace {

using wire::member_limit;
using wire::operation;

constexpr std::int64_t value_bytes_max = 65'536;

constexpr auto limits =
    std::to_array<member_limit>({{.member = "Name", .min = 1, .max = 512},
                                 {.member = "SecretId", .min = 1, .max = 2048},
                                 {.member = "ClientRequestToken", .min = 32, .max = 64},
                                 {.member = "Description", .max = 2048},
                                 {.member = "KmsKeyId", .max = 2048},
                                 {.member = "SecretString", .min = 1, .max = value_bytes_max},
                                 {.member = "SecretBinary", .min = 1, .max = value_bytes_max},
                                 {.member = "VersionStages", .min = 1, .max = 20},
                                 {.member = "VersionStages[]", .min = 1, .max = 256},
                                 {.member = "VersionStage", .min = 1, .max = 256},
                                 {.member = "VersionId", .min = 32, .max = 64},
                                 {.member = "RemoveFromVersionId", .min = 32, .max = 64},
                                 {.member = "MoveToVersionId", .min = 32, .max = 64},
                                 {.member = "RecoveryWindowInDays", .min = 7, .max = 30},
                                 {.member = "AutomaticallyAfterDays", .min = 1, .max = 1000},
                                 {.member = "PasswordLength", .min = 1, .max = 4096},
                                 {.member = "ExcludeCharacters", .max = 4096},
                                 {.member = "MaxResults", .min = 1, .max = 100},
                                 {.member = "NextToken", .min = 1, .max = 4096},
                                 {.member = "Filters", .max = 10},
                                 {.member = "Values", .min = 1, .max = 10},
                                 {.member = "Tag.Key", .min = 1, .max = 128},
                                 {.member = "Tag.Value", .max = 256}});

constexpr auto structures = std::to_array<wire::served_structure>(
    {{"Tag", "Key Value"},
     {"Filter", "Key Values"},
     {"RotationRulesType", "AutomaticallyAfterDays ScheduleExpression"}});

constexpr std::array operations{
    operation{"CancelRotateSecret", "SecretId", cancel_rotate_secret},
    operation{"CreateSecret", "Name ClientRequestToken Description KmsKeyId SecretBinary SecretString Tags",
              create_secret},
    operation{"DeleteSecret", "SecretId RecoveryWindowInDays ForceDeleteWithoutRecovery", delete_secret_soon},
    operation{"DescribeSecret", "SecretId", describe_secret},
    operation{"GetRandomPassword",
              "PasswordLength ExcludeCharacters ExcludeNumbers ExcludePunctuation ExcludeUppercase "
              "ExcludeLowercase IncludeSpace RequireEachIncludedType",
              get_random_password},
    operation{"GetSecretValue", "SecretId VersionId VersionStage", get_secret_value},
    operation{"ListSecretVersionIds", "SecretId MaxResults NextToken IncludeDeprecated",
              list_secret_version_ids},
    operation{"ListSecrets", "IncludePlannedDeletion MaxResults NextToken Filters SortOrder", list_secrets},
    operation{"PutSecretValue", "SecretId ClientRequestToken SecretBinary SecretString VersionStages",
              put_secret_value},
    operation{"RestoreSecret", "SecretId", restore_secret},
    operation{"RotateSecret", "SecretId ClientRequestToken RotationRules RotateImmediately", rotate_secret},
    operation{"TagResource", "SecretId Tags", tag_secret},
    operation{"UntagResource", "SecretId TagKeys", untag_secret},
    operation{"UpdateSecret", "SecretId ClientRequestToken Description KmsKeyId SecretBinary SecretString",
              update_secret},
    operation{"UpdateSecretVersionStage", "SecretId VersionStage RemoveFromVersionId MoveToVersionId",
              update_secret_version_stage}};

} // namespace

const wire::service& secrets_service() {
    static constexpr wire::service service{.model = wire::secretsmanager_model,
                                           .operations = operations,
                                           .validation_code = "ValidationException",
                                           .limits = limits,
                                           .structures = structures};
    return service;
}

} // namespace cruddur::cloud::secrets
