#pragma once

#include "cloud/ground/refusal.hpp"
#include "cloud/wire/service_tables.hpp"
#include "cloud/wire/signature.hpp"

#include <cstdint>
#include <string>

namespace cruddur::cloud::wire {

// The protocols that AWS's clients speak, so that a refusal can be read by whoever called, also where local
// AWS has no such service.
enum class protocol : std::uint8_t { query, ec2, json, rest_json, rest_xml, cbor };

// What a request asks for, by its signature's scope, X-Amz-Target, Action and Version, or path. It is read
// from any request, and verifies nothing. The names are printable and short, whatever was sent.
struct asked_operation {
    protocol speaks = protocol::query;
    std::string service;              // "iam"; "" where nothing tells
    std::string name;                 // "ListUsers", or "GET /v1/clusters" of a service unknown here
    std::string json_version = "1.1"; // of the JSON protocol
    const service_identity* identity = nullptr; // of a service of the query protocol that is here
    const service_model* model = nullptr;       // of a service that is here, if perhaps not in this operation
};
[[nodiscard]] asked_operation what_was_asked(const signed_request& request, service_list services);
[[nodiscard]] signed_request to_sign(const http::request& from);

struct endpoint_answer {
    unsigned status = 200;
    std::string content_type;
    std::string body;
    std::string request_id;
    std::string error_code; // empty where it went well
    bool is_public = false; // an operation of strangers, so that pages of loopback origins may read it
};

// The refusal as the caller's protocol has it.
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
