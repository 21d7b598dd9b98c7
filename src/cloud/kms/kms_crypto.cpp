#include "cloud/ground/crypto.hpp"
#include "cloud/kms/kms.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <map>

namespace cruddur::cloud::kms {

namespace {

// One text whatever the order that its members were sent in.
std::string context_of(const call& in) {
    std::map<std::string, std::string> sorted;
    if (const auto* const sent = wire::find_object(in.input, "EncryptionContext")) {
        for (const auto& [name, value] : *sent)
            sorted.emplace(name, value.as_string());
    }
    json::object out;
    for (const auto& [name, value] : sorted)
        out[name] = value;
    return json::serialize(out);
}

void check_algorithm(const call& in) {
    if (optional_text(in.input, "EncryptionAlgorithm").value_or("SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT") {
        throw refusal{"InvalidKeyUsageException",
                      "The key is symmetric, so that EncryptionAlgorithm must be SYMMETRIC_DEFAULT."};
    }
}

key usable_key(const call& in) {
    key out = existing_key(in, text_of(in.input, "KeyId"));
    check_usable(out);
    return out;
}

json::object data_key(const call& in, bool shows_it) {
    const key by = usable_key(in);
    const auto spec = optional_text(in.input, "KeySpec");
    const auto size = optional_integer(in.input, "NumberOfBytes");
    if (spec.has_value() == size.has_value()) {
        throw refusal{"ValidationException",
                      "Please specify either number of bytes or key spec, and not both."};
    }
    const std::size_t bytes = size ? static_cast<std::size_t>(*size) : *spec == "AES_128" ? 16 : 32;
    const std::string plain = ground::random_bytes(bytes);
    json::object out{{"CiphertextBlob", seal(in.env.part<ground::vault>(), by, context_of(in), plain)},
                     {"KeyId", by.arn()}};
    if (shows_it) out["Plaintext"] = plain;
    return out;
}

} // namespace

json::object encrypt(const call& in) {
    check_algorithm(in);
    const key by = usable_key(in);
    return {{"CiphertextBlob",
             seal(in.env.part<ground::vault>(), by, context_of(in), text_of(in.input, "Plaintext"))},
            {"KeyId", by.arn()},
            {"EncryptionAlgorithm", "SYMMETRIC_DEFAULT"}};
}

json::object decrypt(const call& in) {
    check_algorithm(in);
    const std::string sealed = text_of(in.input, "CiphertextBlob");
    const auto by = key_that_sealed(in.db, in.region, sealed);
    if (!by) throw refusal{"InvalidCiphertextException", "No key of this region has encrypted this."};
    if (const auto named = optional_text(in.input, "KeyId")) {
        if (existing_key(in, *named).id != by->id) {
            throw refusal{
                "IncorrectKeyException",
                "The key ID in the request does not identify a CMK that can perform this operation."};
        }
    }
    check_usable(*by);
    auto done = open(in.db, in.env.part<ground::vault>(), in.region, context_of(in), sealed);
    if (!done) {
        throw refusal{"InvalidCiphertextException",
                      "It was altered, or encrypted with another EncryptionContext."};
    }
    return {{"KeyId", by->arn()},
            {"Plaintext", std::move(done->plain)},
            {"EncryptionAlgorithm", "SYMMETRIC_DEFAULT"}};
}

json::object generate_data_key(const call& in) {
    return data_key(in, true);
}

json::object generate_data_key_without_plaintext(const call& in) {
    return data_key(in, false);
}

} // namespace cruddur::cloud::kms
