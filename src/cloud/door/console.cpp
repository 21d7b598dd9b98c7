#include "cloud/door/console.hpp"

#include "cloud/door/console_file.hpp"
#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"
#include "console/page.hpp"
#include "http/caller_check.hpp"
#include "http/html.hpp"
#include "http/negotiation.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <brotli/decode.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace cruddur::cloud::door {

namespace {

namespace json = boost::json;
using web_answer = boost::asio::awaitable<http::response>;

constexpr std::string_view session_mark = "<!--session-->";
constexpr std::string_view capitals_and_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view secret_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t access_key_size = 16; // behind its prefix, as AWS's
constexpr std::size_t secret_size = 40;

// Styles may be set on an element by a script of ours; no style element, and no script but a file's.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string decompressed(std::string_view brotli) {
    const std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)> decoder{
        BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), BrotliDecoderDestroyInstance};
    if (!decoder) throw std::bad_alloc{};
    std::size_t left = brotli.size();
    const auto* next = reinterpret_cast<const std::uint8_t*>(brotli.data());
    std::string out;
    while (true) {
        std::size_t room = 0;
        const auto state =
            BrotliDecoderDecompressStream(decoder.get(), &left, &next, &room, nullptr, nullptr);
        std::size_t size = 0;
        const std::uint8_t* const bytes = BrotliDecoderTakeOutput(decoder.get(), &size);
        out.append(reinterpret_cast<const char*>(bytes), size);
        if (state == BROTLI_DECODER_RESULT_SUCCESS) return out;
        if (state != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT)
            throw std::runtime_error{"a file of the console's page was compiled in wrongly"};
    }
}

const console_file* find_file(std::string_view path) {
    const auto files = cruddur::console::page();
    const auto found =
        std::ranges::find_if(files, [&](const console_file& each) { return each.path == path; });
    return found == files.end() ? nullptr : &*found;
}

void add_guards(http::response& to) {
    to.fields.emplace_back("X-Content-Type-Options", "nosniff");
    to.fields.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
}

// The endpoints of instances are IPv4's, so that a browser that came by ::1 comes to them by its other name.
std::string_view address_of(const http::request& from) {
    return from.peer == "::1" || from.peer.empty() ? "127.0.0.1" : from.peer;
}

http::response refusal_of_script() {
    http::response out;
    out.status = 403;
    out.content_type = "text/plain; charset=utf-8";
    out.body = http::body_bytes::of("The console's document is for a browser to show, and not for scripts or "
                                    "frames. Open it in a tab of its own.\n");
    add_guards(out);
    return out;
}

web_answer get_document(const wire::web_call& in) {
    co_return in.env.part<console>().document(in.from);
}

web_answer get_asset(const wire::web_call& in) {
    co_return in.env.part<console>().asset(in.from.parameters.at(0), in.from);
}

constexpr std::array routes = {
    wire::web_route{http::verb::get, "/console", wire::web_route::access::documents, get_document},
    wire::web_route{http::verb::get, "/console/", wire::web_route::access::documents, get_document},
    wire::web_route{http::verb::get, "/console/assets/:file", wire::web_route::access::programs, get_asset}};

} // namespace

console::console(bool signs_itself, std::string region)
    : region_{std::move(region)} {
    if (signs_itself) {
        access_key_ = "ASIA" + ground::random_text(access_key_size, capitals_and_digits);
        secret_ = ground::random_text(secret_size, secret_alphabet);
        keys_.add(access_key_, secret_, "root");
    }
    const console_file* const index = find_file("/index.html");
    const std::string page = index == nullptr ? std::string{} : decompressed(index->brotli);
    const auto mark = page.find(session_mark);
    if (mark == std::string::npos) throw std::runtime_error{"the console's page lacks its mark"};
    before_session_ = page.substr(0, mark);
    behind_session_ = page.substr(mark + session_mark.size());
}

http::response console::document(const http::request& from) const {
    if (from.field("Sec-Fetch-Dest").value_or("document") != "document" || from.field("Origin"))
        return refusal_of_script();
    json::object session{{"region", region_}, {"account", ground::account_id}, {"address", address_of(from)}};
    if (!access_key_.empty()) {
        session["accessKeyId"] = access_key_;
        session["secretAccessKey"] = secret_;
    }
    http::response out;
    out.content_type = "text/html; charset=utf-8";
    std::string page = before_session_ + R"(<script type="application/json" id="session">)";
    http::append_script_json(page, json::serialize(session));
    out.body = http::body_bytes::of(page + "</script>" + behind_session_);
    out.fields.emplace_back("Content-Security-Policy", policy);
    out.fields.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
    out.fields.emplace_back("X-Frame-Options", "DENY");
    out.fields.emplace_back("Referrer-Policy", "no-referrer");
    add_guards(out);
    return out;
}

http::response console::asset(std::string_view name, const http::request& from) const {
    const console_file* const file = find_file("/assets/" + std::string{name});
    http::response out;
    add_guards(out);
    if (file == nullptr) {
        out.status = 404;
        out.content_type = "text/plain; charset=utf-8";
        out.body = http::body_bytes::of(
            "The console has no such file: it is of another version. Load /console again.\n");
        return out;
    }
    auto content = std::make_shared<http::rendered>();
    content->content_type = file->content_type;
    content->etag = file->etag;
    content->cache_control = "public, max-age=31536000, immutable"; // its name changes with its content
    content->brotli = file->brotli;
    const auto accepted = from.field("Accept-Encoding").value_or("");
    if (http::choose_encoding(accepted, false, true) == http::encoding::identity)
        content->identity = decompressed(file->brotli);
    content->fields = out.fields;
    out.fields.clear();
    out.finished = std::move(content);
    return out;
}

bool is_from_page(const http::request& from) {
    if (http::is_visit(from)) return false;
    return from.field("Origin").has_value() || from.field("Sec-Fetch-Site").value_or("none") != "none";
}

std::span<const wire::web_route> console_web_routes() {
    return routes;
}

} // namespace cruddur::cloud::door
