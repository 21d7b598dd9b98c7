#include "cloud/lambda/function_layers.hpp"

#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/lambda/function_package.hpp"
#include "cloud/lambda/function_pool.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace cruddur::cloud::lambda {

namespace {

constexpr std::size_t layers_max = 5;
constexpr std::string_view public_psycopg2 = "psycopg2-py";

// arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION
struct layer_arn {
    std::string region;
    std::string account;
    std::string name;
    std::int64_t version = 0;
};

[[noreturn]] void refuse_arn(const std::string& arn) {
    throw refusal{
        "ValidationException",
        fmt::format("1 validation error detected: Value '[{}]' at 'layers' failed to satisfy constraint: "
                    "Member must satisfy constraint: [Member must satisfy regular expression pattern: "
                    "arn:aws[a-zA-Z0-9-]*:lambda:[a-z]{{2}}((-gov)|(-iso(b?)))?-[a-z]+-\\d{{1}}:\\d{{12}}:"
                    "layer:[a-zA-Z0-9-_]+:[0-9]+]",
                    arn.substr(0, 256))};
}

layer_arn parse_arn(const std::string& arn) {
    std::array<std::string_view, 8> parts;
    std::string_view rest = arn;
    for (std::string_view& part : parts) {
        const auto end = std::min(rest.find(':'), rest.size());
        part = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    const auto& [prefix, partition, service, region, account, kind, name, version] = parts;
    layer_arn out{std::string{region}, std::string{account}, std::string{name}, 0};
    const auto [end, wrong] = std::from_chars(version.data(), version.data() + version.size(), out.version);
    const bool is_account =
        account.size() == 12 && std::ranges::all_of(account, [](char c) { return c >= '0' && c <= '9'; });
    if (prefix != "arn" || !partition.starts_with("aws") || service != "lambda" || kind != "layer" ||
        !is_layer_name(name) || region.empty() || !is_account || !rest.empty() || wrong != std::errc{} ||
        end != version.data() + version.size() || out.version < 1)
        refuse_arn(arn);
    return out;
}

// Another account's layer is on the internet, which nothing here asks.
[[noreturn]] void refuse_foreign(const call& in, const std::string& arn, const layer_arn& parsed) {
    throw refusal{
        "AccessDeniedException",
        fmt::format(
            "The layer {0} is another account's, and cannot be reached from here. Where you have an account "
            "of "
            "AWS, this brings it here: curl -so layer.zip \"$(aws lambda get-layer-version-by-arn --arn {0} "
            "--region {1} --query Content.Location --output text)\" && aws --endpoint-url {2} lambda "
            "publish-layer-version --layer-name {3} --zip-file fileb://layer.zip --query LayerVersionArn",
            arn, parsed.region, in.env.url, parsed.name),
        403};
}

used_layer find_layer(const call& in, const std::string& arn) {
    const layer_arn parsed = parse_arn(arn);
    if (parsed.account != ground::account_id) {
        if (parsed.name.starts_with(public_psycopg2)) return {arn, std::string{psycopg2_stand_in}, 0};
        refuse_foreign(in, arn, parsed);
    }
    if (parsed.region != in.region) {
        throw invalid_parameter_value(
            fmt::format("Layers are not in the same region as the function. Layers are "
                        "expected to be in region {}.",
                        in.region));
    }
    rows found = in.db.query("select code_sha256, code_bytes from layer_version "
                             "where region = ? and name = ? and version = ?",
                             in.region, parsed.name, parsed.version);
    if (!found.next()) throw invalid_parameter_value(fmt::format("Layer version {} does not exist.", arn));
    return {arn, found.text(0), found.integer(1)};
}

} // namespace

std::vector<used_layer> layers_of(const call& in) {
    std::vector<used_layer> out;
    std::vector<std::string> names;
    for (const std::string& arn : texts_of(in.input, "Layers")) {
        out.push_back(find_layer(in, arn));
        names.push_back(arn.substr(0, arn.rfind(':')));
    }
    if (out.size() > layers_max)
        throw invalid_parameter_value(fmt::format("You cannot reference more than {} layers.", layers_max));
    std::ranges::sort(names);
    if (std::ranges::adjacent_find(names) != names.end())
        throw invalid_parameter_value("Two different versions of the same layer are not allowed to be "
                                      "referenced in the same function.");
    return out;
}

std::string serialized(const std::vector<used_layer>& layers) {
    json::array out;
    for (const used_layer& each : layers)
        out.push_back({{"Arn", each.arn}, {"Digest", each.digest}, {"CodeSize", each.bytes}});
    return json::serialize(out);
}

std::vector<used_layer> parse_layers(const std::string& text) {
    std::vector<used_layer> out;
    const json::value parsed = json::parse(text);
    for (const auto& each : parsed.as_array()) {
        out.push_back({std::string{each.at("Arn").as_string()}, std::string{each.at("Digest").as_string()},
                       each.at("CodeSize").as_int64()});
    }
    return out;
}

std::string key_of(const std::vector<used_layer>& layers) {
    if (layers.empty()) return {};
    std::vector<std::string> digests;
    digests.reserve(layers.size());
    for (const used_layer& each : layers)
        digests.push_back(each.digest);
    return layer_key(digests);
}

json::array listed(const std::vector<used_layer>& layers) {
    json::array out;
    for (const used_layer& each : layers)
        out.push_back({{"Arn", each.arn}, {"CodeSize", each.bytes}});
    return out;
}

void check_layers(const call& in, const std::vector<used_layer>& layers, const std::string& code_sha256) {
    if (layers.empty()) return;
    const code_store& code = in.env.part<function_pool>().code();
    try {
        std::uint64_t bytes = code.unpacked_bytes_of(code_sha256);
        for (const used_layer& each : layers) {
            if (each.digest != psycopg2_stand_in) {
                bytes += code.unpacked_bytes_of(each.digest);
            } else if (psycopg2_folder().empty()) {
                throw invalid_parameter_value(fmt::format("The layer {} is stood in for by this machine's "
                                                          "psycopg2, and its python3 has none: install "
                                                          "the package python3-psycopg2.",
                                                          each.arn));
            }
        }
        constexpr std::uint64_t bytes_max = package_limits{}.unpacked_bytes_max;
        if (bytes > bytes_max) {
            throw invalid_parameter_value(
                fmt::format("Function code combined with layers exceeds the maximum allowed "
                            "size of {} bytes. The actual size is {} bytes.",
                            bytes_max, bytes));
        }
    } catch (const package_error& gone) {
        throw invalid_parameter_value(fmt::format("A layer's version was deleted just now: {}", gone.what()));
    }
}

} // namespace cruddur::cloud::lambda
