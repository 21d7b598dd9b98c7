#pragma once

#include "cloud/operation.hpp"
#include "cloud/signature.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace cruddur::cloud {

struct endpoint_answer {
    unsigned status = 200;
    std::string content_type;
    std::string body;
    std::string request_id;
    std::string error_code; // empty where it went well
};

// The one door of every service. It tells by the signature's scope, the X-Amz-Target field, and for unsigned
// requests the Version, which service is meant; verifies the signature where keys are given; runs the
// operation in a transaction, which a DryRun rolls back; and answers in the service's protocol. What is not
// there is InvalidAction, or UnknownOperationException in the JSON protocols. One thread at a time.
class endpoint {
public:
    // `keys`: whose signatures are required; without it any credentials will do, and none. `region`: that of
    // requests without a signature.
    endpoint(state& db, std::optional<key_ring> keys, std::string region);

    // Never throws but for want of memory: a failure of our own is InternalFailure, and its reason is logged.
    [[nodiscard]] endpoint_answer answer(const signed_request& request,
                                         std::chrono::system_clock::time_point now);

private:
    std::string run(const query_service& service, const parameters& input, const std::string& region,
                    const std::string& request_id);

    state& db_;
    std::optional<key_ring> keys_;
    std::string region_;
};

} // namespace cruddur::cloud
