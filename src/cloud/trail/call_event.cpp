#include "cloud/trail/call_event.hpp"

#include "cloud/ground/identifiers.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>

// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
namespace cruddur::cloud::trail {

namespace {

namespace json = boost::json;
using wire::protocol;

constexpr std::string_view record_version = "1.09";
// AWS leaves out parameters and elements beyond this.
constexpr std::size_t part_bytes_max = 100'000;
constexpr std::size_t user_agent_bytes_max = 1024;
constexpr std::size_t message_bytes_max = 1024;
constexpr std::size_t secret_bytes_min = 3; // shorter ones are parts of anything

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> all) {
    return std::ranges::any_of(all, [&](std::string_view each) { return text.starts_with(each); });
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> all) {
    return std::ranges::find(all, text) != all.end();
}

// A UUID of its time (RFC 9562's version 7), so that in an index new ones come behind the older.
std::string event_id(std::int64_t at_ms) {
    std::string digits = fmt::format("{:012x}{}", at_ms, ground::random_hex(20));
    digits[12] = '7';
    digits[16] = "89ab"[static_cast<unsigned char>(digits[16]) % 4];
    const std::string_view all = digits;
    return fmt::format("{}-{}-{}-{}-{}", all.substr(0, 8), all.substr(8, 4), all.substr(12, 4),
                       all.substr(16, 4), all.substr(20));
}

// Lambda's events are called after the version of its API: "CreateFunction20150331".
std::string name_of(const finished_call& done) {
    std::string out{done.operation->name};
    if (done.of->model.service != "lambda") return out;
    const std::string_view date = done.operation->uri.substr(1, 10); // "2015-03-31"
    std::ranges::copy_if(date, std::back_inserter(out), [](char c) { return c != '-'; });
    if (is_one_of(done.operation->name, {"AddPermission", "GetFunction", "GetFunctionConfiguration",
                                         "GetPolicy", "RemovePermission", "UpdateFunctionCode",
                                         "UpdateFunctionConfiguration", "TagResource", "UntagResource"}))
        out += "v2";
    return out;
}

json::object identity_of(const caller_facts& caller) {
    if (caller.type == "Unknown") return {{"type", "Unknown"}, {"principalId", "Anonymous"}};
    json::object out{{"type", caller.type},
                     {"principalId", caller.principal_id},
                     {"arn", caller.arn},
                     {"accountId", ground::account_id}};
    if (!caller.access_key.empty()) out["accessKeyId"] = caller.access_key;
    if (caller.type == "IAMUser") out["userName"] = caller.username;
    if (caller.type == "AssumedRole") {
        out["sessionContext"] = json::object{{"sessionIssuer", json::object{{"type", "Role"},
                                                                            {"principalId", caller.role_id},
                                                                            {"arn", caller.role_arn},
                                                                            {"accountId", ground::account_id},
                                                                            {"userName", caller.role}}},
                                             {"attributes", json::object{{"mfaAuthenticated", "false"}}}};
    }
    return out;
}

// EC2 says whose fault an error is.
std::string error_code_of(const finished_call& done) {
    if (done.of->model.speaks != protocol::ec2) return done.error_code;
    const bool is_ours = is_one_of(done.error_code, {"InternalFailure", "ServiceUnavailable"});
    return (is_ours ? "Server." : "Client.") + done.error_code;
}

std::string without(std::string text, const std::vector<std::string>& hidden) {
    for (const std::string& secret : hidden) {
        if (secret.size() < secret_bytes_min) continue;
        for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 4))
            text.replace(at, secret.size(), "****");
    }
    if (text.size() > message_bytes_max) text.resize(message_bytes_max);
    return text;
}

// An answer that is one structure alone is, in RDS's events, that structure.
json::object unwrapped(std::string_view service, json::object told) {
    if (service != "rds" || told.size() != 1 || !told.begin()->value().is_object()) return told;
    json::object inner = std::move(told.begin()->value().get_object());
    return inner;
}

// A part that is too large is left out.
json::value part_of(json::object told) {
    if (told.empty()) return nullptr;
    if (json::serialize(told).size() > part_bytes_max) return nullptr;
    return told;
}

json::value request_parameters(const finished_call& done, std::vector<std::string>& hidden) {
    if (done.operation->input == nullptr) return nullptr;
    return part_of(told_values(done.of->model.service, *done.operation->input, done.input, hidden));
}

json::value response_elements(const finished_call& done, bool read_only, std::vector<std::string>& hidden) {
    if (read_only || !done.error_code.empty() || done.operation->output == nullptr) return nullptr;
    json::object told = told_values(done.of->model.service, *done.operation->output, done.answer, hidden);
    if (done.of->model.speaks == protocol::ec2) {
        json::object named{{"requestId", done.request_id}};
        for (auto& [name, value] : told)
            named[name] = std::move(value);
        told = std::move(named);
    }
    return part_of(unwrapped(done.of->model.service, std::move(told)));
}

} // namespace

bool is_management(std::string_view service, std::string_view operation) {
    if (service == "lambda") return !is_one_of(operation, {"Invoke", "InvokeAsync"});
    if (service == "logs") {
        return !is_one_of(
            operation, {"PutLogEvents", "GetLogEvents", "FilterLogEvents", "GetLogRecord", "StartLiveTail"});
    }
    if (service == "events") return operation != "PutEvents";
    if (service == "monitoring")
        return !is_one_of(operation, {"PutMetricData", "GetMetricData", "GetMetricWidgetImage"});
    return true;
}

bool is_read_only(std::string_view service, std::string_view operation) {
    if (starts_with_any(operation, {"Describe", "Get", "List", "Filter", "Lookup", "Test", "Download"}))
        return true;
    if (service == "kms")
        return starts_with_any(operation, {"Decrypt", "Encrypt", "GenerateDataKey", "Verify", "Sign"});
    if (service == "cognito-idp") return starts_with_any(operation, {"AdminGet", "AdminList"});
    if (service == "sts") return true;
    return false;
}

bool is_global(std::string_view service) {
    return service == "iam" || service == "organizations";
}

told_event event_of(const finished_call& done) {
    const std::string_view service = done.of->model.service;
    told_event out;
    call_event& event = out.event;
    event.at_ms = std::chrono::duration_cast<std::chrono::milliseconds>(done.at.time_since_epoch()).count();
    event.id = event_id(event.at_ms);
    event.name = name_of(done);
    event.source = fmt::format("{}.amazonaws.com", service);
    event.username = done.caller.username;
    event.access_key = done.caller.access_key;
    event.region = done.region;
    event.read_only = is_read_only(service, done.operation->name);
    event.resources = resources_of(done);

    std::vector<std::string> hidden;
    json::value parameters = request_parameters(done, hidden);
    json::value elements = response_elements(done, event.read_only, hidden);
    json::object& record = out.record;
    record["eventVersion"] = record_version;
    record["userIdentity"] = identity_of(done.caller);
    record["eventTime"] =
        fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(done.at)));
    record["eventSource"] = event.source;
    record["eventName"] = event.name;
    record["awsRegion"] = event.region;
    record["sourceIPAddress"] = done.peer;
    record["userAgent"] = std::string_view{done.user_agent}.substr(0, user_agent_bytes_max);
    if (!done.error_code.empty()) {
        record["errorCode"] = error_code_of(done);
        record["errorMessage"] = without(done.error_message, hidden);
    }
    record["requestParameters"] = std::move(parameters);
    record["responseElements"] = std::move(elements);
    record["requestID"] = done.request_id;
    record["eventID"] = event.id;
    record["readOnly"] = event.read_only;
    record["eventType"] = "AwsApiCall";
    record["managementEvent"] = true;
    record["recipientAccountId"] = ground::account_id;
    record["eventCategory"] = "Management";
    event.document = json::serialize(record);
    return out;
}

} // namespace cruddur::cloud::trail
