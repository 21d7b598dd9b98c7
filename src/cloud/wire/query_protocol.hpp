#pragma once

#include "cloud/ground/refusal.hpp"
#include "cloud/wire/model.hpp"
#include "cloud/wire/parameters.hpp"

#include <pugixml.hpp>

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::wire {

// The two dialects of AWS's query protocol: STS and RDS answer <XResponse><XResult>…</XResult>
// <ResponseMetadata>, EC2 answers <XResponse><requestId>…, and their error documents differ likewise.
enum class dialect : std::uint8_t { query, ec2 };

// A service as its callers name it: what its responses and refusals are written with.
struct service_identity {
    std::string_view scope;   // in the credential's scope: "rds"
    std::string_view title;   // in messages: "AmazonRDS"
    std::string_view version; // "2014-10-31"
    std::string_view xmlns;   // "" where it is not known
    dialect speaks = dialect::query;
};

// A place in a response document, cheap to copy; it lives as long as its document.
class element {
public:
    explicit element(pugi::xml_node node)
        : node_{node} {}

    element add(const char* name) const { return element{node_.append_child(name)}; }
    void add(const char* name, const std::string& text) const;
    void add(const char* name, const char* text) const;
    void add(const char* name, std::int64_t number) const;
    void add(const char* name, std::same_as<bool> auto flag) const { add(name, flag ? "true" : "false"); }

private:
    mutable pugi::xml_node node_;
};

// A response under construction: the service adds members to result(), then it is written once.
class response_document {
public:
    response_document(const service_identity& service, std::string_view action, std::string_view request_id);

    [[nodiscard]] element result() const { return element{result_}; }
    [[nodiscard]] std::string to_string() const;

private:
    pugi::xml_document document_;
    pugi::xml_node result_;
};

// The error document of the service's dialect.
[[nodiscard]] std::string error_document(const service_identity& service, const refusal& why,
                                         std::string_view request_id);

// Refuses, as the service does, an input with a required member missing, a value of another type than its
// model's at any depth, or a member that the model does not have, or has and is not among those `served`:
// names as they are sent, a space between each two.
void check_members(const service_identity& service, const parameters& input, const model_shape& model,
                   std::string_view served);

// One page of a list. The token of the next page is opaque to callers and survives a restart.
struct page {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string next; // empty on the last page
};

// RDS: MaxRecords (20 to 100, default 100) and Marker.
[[nodiscard]] page page_by_marker(const parameters& input, std::size_t size);
// The same of a list that is sorted by these keys, each once: what is deleted or made between two pages
// shifts nothing, since the marker holds the last key that was shown.
[[nodiscard]] page page_by_key(const parameters& input, const std::vector<std::string>& keys);
// EC2: MaxResults (5 to 1000; without it everything) and NextToken.
[[nodiscard]] page page_by_token(const parameters& input, std::size_t size);

// A filter of a Describe operation: the resource has the attribute with one of the values.
struct filter {
    std::string name;
    std::vector<std::string> values; // in EC2 with the wildcards * and ?, and \ before a literal one
};

// The request's filters, by whichever of both names they are sent ("Filter" in EC2, "Filters" in RDS).
[[nodiscard]] std::vector<filter> read_filters(const parameters& input);
// EC2's wildcards: * is any text, ? any character, \ takes the next as it is.
[[nodiscard]] bool matches_wildcard(std::string_view pattern, std::string_view text);

} // namespace cruddur::cloud::wire
