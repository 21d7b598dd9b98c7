#include "cloud/kms/kms.hpp"

#include <array>

namespace cruddur::cloud::kms {

namespace {

using wire::member_limit;
using wire::operation;

constexpr std::int64_t plain_bytes_max = 4096;

constexpr auto limits =
    std::to_array<member_limit>({{.member = "KeyId", .min = 1, .max = 2048},
                                 {.member = "TargetKeyId", .min = 1, .max = 2048},
                                 {.member = "AliasName", .min = 1, .max = 256},
                                 {.member = "Description", .max = 8192},
                                 {.member = "Plaintext", .min = 1, .max = plain_bytes_max},
                                 {.member = "CiphertextBlob", .min = 1, .max = 6144},
                                 {.member = "NumberOfBytes", .min = 1, .max = 1024},
                                 {.member = "PendingWindowInDays", .min = 7, .max = 30},
                                 {.member = "Limit", .min = 1, .max = 1000},
                                 {.member = "Marker", .min = 1, .max = 1024}});

constexpr std::array operations{
    operation{"CancelKeyDeletion", "KeyId", cancel_key_deletion},
    operation{"CreateAlias", "AliasName TargetKeyId", create_alias},
    operation{"CreateKey", "Description KeyUsage KeySpec CustomerMasterKeySpec Origin MultiRegion",
              create_key},
    operation{"Decrypt", "CiphertextBlob EncryptionContext KeyId EncryptionAlgorithm", decrypt},
    operation{"DeleteAlias", "AliasName", delete_alias},
    operation{"DescribeKey", "KeyId", describe_key},
    operation{"DisableKey", "KeyId", disable_key},
    operation{"EnableKey", "KeyId", enable_key},
    operation{"Encrypt", "KeyId Plaintext EncryptionContext EncryptionAlgorithm", encrypt},
    operation{"GenerateDataKey", "KeyId EncryptionContext NumberOfBytes KeySpec", generate_data_key},
    operation{"GenerateDataKeyWithoutPlaintext", "KeyId EncryptionContext NumberOfBytes KeySpec",
              generate_data_key_without_plaintext},
    operation{"ListAliases", "KeyId Limit Marker", list_aliases},
    operation{"ListKeys", "Limit Marker", list_keys},
    operation{"ScheduleKeyDeletion", "KeyId PendingWindowInDays", schedule_key_deletion},
    operation{"UpdateAlias", "AliasName TargetKeyId", update_alias}};

} // namespace

const wire::service& kms_service() {
    static constexpr wire::service service{.model = wire::kms_model,
                                           .operations = operations,
                                           .validation_code = "ValidationException",
                                           .limits = limits};
    return service;
}

} // namespace cruddur::cloud::kms
