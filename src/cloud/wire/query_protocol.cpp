#include "cloud/wire/query_protocol.hpp"

#include <boost/algorithm/hex.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <sstream>

namespace cruddur::cloud::wire {

namespace {

std::string written(const pugi::xml_document& document) {
    std::ostringstream out;
    document.save(out, "", pugi::format_raw);
    return std::move(out).str();
}

std::string next_token(std::size_t offset) {
    return fmt::format("offset-{:08x}", offset);
}

std::optional<std::size_t> token_offset(std::string_view token, std::size_t size) {
    constexpr std::string_view prefix = "offset-";
    if (token.size() != prefix.size() + 8 || !token.starts_with(prefix)) return std::nullopt;
    std::size_t offset = 0;
    const auto [end, failed] =
        std::from_chars(token.data() + prefix.size(), token.data() + token.size(), offset, 16);
    if (failed != std::errc{} || end != token.data() + token.size()) return std::nullopt;
    return std::min(offset, size);
}

page page_from(std::size_t begin, std::size_t length, std::size_t size) {
    const std::size_t end = length < size - begin ? begin + length : size;
    return {begin, end, end < size ? next_token(end) : std::string{}};
}

// MaxRecords.
std::size_t records_max(const parameters& input) {
    const std::int64_t length = input.integer("MaxRecords").value_or(100);
    if (length < 20 || length > 100) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("Invalid value {} for MaxRecords. Must be between 20 and 100", length)};
    }
    return static_cast<std::size_t>(length);
}

[[noreturn]] void no_marker(const std::string& sent) {
    throw refusal{"InvalidParameterValue", "Unable to find a valid marker: " + sent};
}

[[noreturn]] void refuse_member(const service_identity& service, const parameters& sent) {
    if (service.speaks == dialect::ec2)
        throw refusal{"UnknownParameter", fmt::format("The parameter {} is not recognized", sent.path())};
    throw refusal{"InvalidParameterCombination",
                  fmt::format("The parameter {} is not supported by this operation.", sent.path())};
}

void check_member(const service_identity& service, const parameters& sent, const model_shape& within);

void check_value(const service_identity& service, const parameters& sent, const model_shape& model) {
    switch (model.is) {
    case model_shape::kind::number:
        (void)sent.integer();
        break;
    case model_shape::kind::boolean:
        (void)sent.boolean();
        break;
    case model_shape::kind::list:
        for (const parameters* element : sent.elements())
            check_value(service, *element, *model.members.front().shape);
        break;
    case model_shape::kind::structure:
        for (const parameters& member : sent.members())
            check_member(service, member, model);
        break;
    case model_shape::kind::map: // none is served
        refuse_member(service, sent);
    default:
        (void)sent.text();
    }
}

void check_member(const service_identity& service, const parameters& sent, const model_shape& within) {
    const auto found = std::ranges::find(within.members, sent.name(), &model_member::wire);
    if (found == within.members.end()) refuse_member(service, sent);
    check_value(service, sent, *found->shape);
}

} // namespace

void element::add(const char* name, const std::string& text) const {
    add(name, text.c_str());
}

void element::add(const char* name, const char* text) const {
    node_.append_child(name).text().set(text);
}

void element::add(const char* name, std::int64_t number) const {
    node_.append_child(name).text().set(static_cast<long long>(number));
}

response_document::response_document(const service_identity& service, std::string_view action,
                                     std::string_view request_id) {
    auto response = document_.append_child(fmt::format("{}Response", action).c_str());
    response.append_attribute("xmlns").set_value(std::string{service.xmlns}.c_str());
    const std::string id{request_id};
    if (service.speaks == dialect::ec2) {
        response.append_child("requestId").text().set(id.c_str());
        result_ = response;
    } else {
        result_ = response.append_child(fmt::format("{}Result", action).c_str());
        response.append_child("ResponseMetadata").append_child("RequestId").text().set(id.c_str());
    }
}

std::string response_document::to_string() const {
    return written(document_);
}

std::string error_document(const service_identity& service, const refusal& why, std::string_view request_id) {
    pugi::xml_document document;
    const std::string id{request_id};
    const char* const type = why.status() < 500 ? "Sender" : "Receiver";
    if (service.speaks == dialect::ec2) {
        auto response = document.append_child("Response");
        auto error = response.append_child("Errors").append_child("Error");
        error.append_child("Code").text().set(why.code().c_str());
        error.append_child("Message").text().set(why.message().c_str());
        response.append_child("RequestID").text().set(id.c_str());
    } else {
        auto response = document.append_child("ErrorResponse");
        if (!service.xmlns.empty())
            response.append_attribute("xmlns").set_value(std::string{service.xmlns}.c_str());
        auto error = response.append_child("Error");
        error.append_child("Type").text().set(type);
        error.append_child("Code").text().set(why.code().c_str());
        error.append_child("Message").text().set(why.message().c_str());
        response.append_child("RequestId").text().set(id.c_str());
    }
    return written(document);
}

void check_members(const service_identity& service, const parameters& input, const model_shape& model,
                   std::string_view served) {
    for (const model_member& each : model.members) {
        if (each.required && is_word_of(each.wire, served) && !input.has(each.wire)) {
            throw refusal{"MissingParameter",
                          fmt::format("The request must contain the parameter {}", each.wire)};
        }
    }
    for (const parameters& sent : input.members()) {
        if (sent.name() == "Action" || sent.name() == "Version" || sent.name().starts_with("X-Amz-"))
            continue;
        const bool is_served =
            is_word_of(sent.name(), served) || (service.speaks == dialect::ec2 && sent.name() == "DryRun");
        if (!is_served) refuse_member(service, sent);
        check_member(service, sent, model);
    }
}

page page_by_marker(const parameters& input, std::size_t size) {
    const std::size_t length = records_max(input);
    const std::string marker = input.text("Marker").value_or("");
    const auto begin = marker.empty() ? 0 : token_offset(marker, size);
    if (!begin) no_marker(marker);
    return page_from(*begin, length, size);
}

page page_by_key(const parameters& input, const std::vector<std::string>& keys) {
    constexpr std::string_view prefix = "after-";
    const std::size_t length = records_max(input);
    const std::string marker = input.text("Marker").value_or("");
    std::size_t begin = 0;
    if (!marker.empty()) {
        std::string last;
        try {
            if (!marker.starts_with(prefix)) no_marker(marker);
            last = boost::algorithm::unhex(marker.substr(prefix.size()));
        } catch (const boost::algorithm::hex_decode_error&) {
            no_marker(marker);
        }
        begin = static_cast<std::size_t>(std::ranges::upper_bound(keys, last) - keys.begin());
    }
    page out = page_from(begin, length, keys.size());
    if (!out.next.empty()) out.next = std::string{prefix} + boost::algorithm::hex(keys[out.end - 1]);
    return out;
}

page page_by_token(const parameters& input, std::size_t size) {
    const auto length = input.integer("MaxResults");
    if (length && (*length < 5 || *length > 1'000)) {
        throw refusal{
            "InvalidParameterValue",
            fmt::format("Value ( {} ) for parameter maxResults is invalid. Expecting a value {} than {}.",
                        *length, *length < 5 ? "greater" : "less", *length < 5 ? "5" : "1000")};
    }
    const std::string token = input.text("NextToken").value_or("");
    const auto begin = token.empty() ? 0 : token_offset(token, size);
    if (!begin) throw refusal{"InvalidNextToken", "The token '" + token + "' is invalid."};
    return page_from(*begin, length ? static_cast<std::size_t>(*length) : size, size);
}

std::vector<filter> read_filters(const parameters& input) {
    std::vector<filter> out;
    for (const parameters* sent : input.list(input.has("Filter") ? "Filter" : "Filters")) {
        filter one{sent->text("Name").value_or(""), sent->texts(sent->has("Value") ? "Value" : "Values")};
        if (one.name.empty()) {
            throw refusal{"InvalidParameterValue", "The filter at " + sent->path() + " has no name"};
        }
        if (one.values.size() > 200) {
            throw refusal{"FilterLimitExceeded", "The filter '" + one.name + "' has more than 200 values."};
        }
        out.push_back(std::move(one));
    }
    return out;
}

bool matches_wildcard(std::string_view pattern, std::string_view text) {
    // The last * seen, and how much of the text it has taken so far: linear in space, no recursion.
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t taken = 0;
    while (t < text.size()) {
        const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            taken = t;
        } else if (p < pattern.size() &&
                   (escaped ? pattern[p + 1] == text[t] : pattern[p] == '?' || pattern[p] == text[t])) {
            p += escaped ? 2 : 1;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

} // namespace cruddur::cloud::wire
