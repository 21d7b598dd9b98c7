#pragma once

#include "cloud/ground/refusal.hpp"
#include "cloud/wire/codec.hpp"
#include "cloud/wire/service_tables.hpp"
#include "cloud/wire/signature.hpp"

#include <string>

namespace cruddur::cloud::wire {

using ground::refusal;

// What a request asks for, by its signature's scope, X-Amz-Target, Action and Version, or path. It is read
// from any request, and verifies nothing. The names are printable and short, whatever was sent.
struct asked_operation {
    protocol speaks = protocol::query;
    std::string service;                 // "iam"; "" where nothing tells
    std::string name;                    // "ListUsers", or "GET /v1/clusters" of a service unknown here
    std::string json_version = "1.1";    // of the JSON protocol
    const wire::service* here = nullptr; // one that is here, if perhaps not in this operation
    const operation* row = nullptr;      // of its table
};
[[nodiscard]] asked_operation what_was_asked(const signed_request& request, service_list services);
[[nodiscard]] signed_request to_sign(const http::request& from);

// The refusal as the caller's protocol has it, with the status that the service's model has for its code, or
// else the refusal's own.
[[nodiscard]] endpoint_answer error_answer(const asked_operation& asked, const refusal& why,
                                           std::string request_id);

// Local AWS does not have the operation: with the code and status by which AWS says that there is none. Where
// AWS itself has none of that name, it says so.
[[nodiscard]] refusal missing_operation(const asked_operation& asked);
// The request came from where no request may come from, or with a body that a form can send.
[[nodiscard]] refusal access_denied(const asked_operation& asked, std::string why);
[[nodiscard]] refusal unsupported_media_type(const asked_operation& asked);
// What the HTTP server refuses by itself: 400, 408, 413, 414, 417, 431, 500 or 503.
[[nodiscard]] refusal http_refusal(const asked_operation& asked, unsigned status);

} // namespace cruddur::cloud::wire
