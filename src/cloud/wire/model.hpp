#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace cruddur::cloud::wire {

// What AWS's services are asked and answer, as AWS's own clients know it: cmake/models.py makes these tables
// of src/cloud/models/*.json. All of it is constant, and lives as long as the program.

// The protocols that AWS's clients speak. ec2 is EC2's dialect of query.
enum class protocol : std::uint8_t { query, ec2, json, rest_json, rest_xml, cbor };

struct model_member;

struct model_shape {
    enum class kind : std::uint8_t { text, number, boolean, timestamp, blob, document, list, map, structure };

    std::string_view name; // "" of a plain type
    kind is = kind::text;
    std::span<const model_member> members; // of a structure; a list's and a map's only one is its element
    std::span<const std::string_view> values{}; // of an enumeration, which is a text
};

struct model_member {
    // Where REST-JSON has it; the other protocols have everything in the body.
    enum class place : std::uint8_t { body, label, query, header, payload, status };

    std::string_view name;
    std::string_view wire; // as the service's protocol calls it in a request
    const model_shape* shape;
    bool required = false;
    bool sensitive = false; // its value is not to be seen in a message or a log
    place in = place::body;
    std::string_view xml{}; // as an answer's XML calls it, or a list its elements
    bool flattened = false; // a list whose elements stand in XML without one of its own around them
};

struct model_operation {
    std::string_view name;
    const model_shape* input;            // nullptr where it has no members, or local AWS does not serve it
    std::string_view method{};           // of REST-JSON: "GET"
    std::string_view uri{};              // "/2015-03-31/functions/{FunctionName}"
    const model_shape* output = nullptr; // nullptr, too, where the answer has no members at all
    unsigned status = 200;               // of an answer
};

struct model_error {
    std::string_view code;
    unsigned status;
    std::string_view name{}; // by which JSON calls it
};

struct service_model {
    std::string_view service; // in the credential's scope: "rds"
    std::string_view version; // "2014-10-31"
    protocol speaks;
    std::string_view target;                     // of the JSON protocol's X-Amz-Target, before the point
    std::span<const model_operation> operations; // all that AWS has, by name
    std::span<const model_error> errors;
    bool also_query = false; // its older clients speak query, whose wire names are JSON's

    // The operation of that name; nullptr where AWS has none.
    [[nodiscard]] const model_operation* find(std::string_view operation) const;
    // The operation that a request of REST-JSON asks for by its method, path and query, as they were sent: of
    // several, the one whose path has the fewest labels, and then the one that names a parameter of the
    // query. nullptr where AWS has none.
    [[nodiscard]] const model_operation* find(std::string_view method, std::string_view path,
                                              std::string_view query) const;
};

extern const service_model cloudtrail_model;
extern const service_model cognito_idp_model;
extern const service_model ec2_model;
extern const service_model events_model;
extern const service_model iam_model;
extern const service_model kms_model;
extern const service_model lambda_model;
extern const service_model logs_model;
extern const service_model monitoring_model;
extern const service_model organizations_model;
extern const service_model pi_model;
extern const service_model rds_model;
extern const service_model secretsmanager_model;
extern const service_model sts_model;

[[nodiscard]] std::span<const service_model* const> all_models();

// Whether it is one of the words, which have a space between each two: so do rows say which members they
// serve.
[[nodiscard]] bool is_word_of(std::string_view word, std::string_view words);

} // namespace cruddur::cloud::wire
