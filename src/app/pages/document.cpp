#include "app/pages/document.hpp"

#include "app/answer/answer.hpp"
#include "app/input/json_text.hpp"
#include "app/input/sha256.hpp"
#include "http/html.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace cruddur::app::pages {
namespace {

using http::append_html;

constexpr std::string_view site_title = "Cruddur";
constexpr std::string_view site_description = "Cruddur: a micro-blog whose posts expire.";

// Takes what stands before the mark off the text, and the mark.
std::string take_until(std::string_view& text, std::string_view mark) {
    const auto at = text.find(mark);
    if (at == std::string_view::npos)
        throw std::invalid_argument(fmt::format("the page's index.html has no {}", mark));
    std::string before{text.substr(0, at)};
    text.remove_prefix(at + mark.size());
    return before;
}

void append_meta(std::string& out, std::string_view kind, std::string_view name, std::string_view content) {
    out += fmt::format(R"(<meta {}="{}" content=")", kind, name);
    append_html(out, content);
    out += R"(">)";
}

// OpenGraph has whole addresses alone.
void append_address(std::string& out, const document& with) {
    const std::string address = with.origin + with.canonical;
    if (!with.origin.empty()) append_meta(out, "property", "og:url", address);
    out += R"(<link rel="canonical" href=")";
    append_html(out, address);
    out += R"(">)";
}

std::string head_of(const document& with) {
    const std::string title =
        with.title.empty() ? std::string{site_title} : fmt::format("{} · {}", with.title, site_title);
    const std::string_view description = with.description.empty() ? site_description : with.description;
    std::string out = "<title>";
    append_html(out, title);
    out += "</title>";
    append_meta(out, "name", "description", description);
    append_meta(out, "property", "og:site_name", site_title);
    append_meta(out, "property", "og:type", with.kind);
    append_meta(out, "property", "og:title", with.title.empty() ? site_title : with.title);
    append_meta(out, "property", "og:description", description);
    if (!with.username.empty()) append_meta(out, "property", "profile:username", with.username);
    append_meta(out, "name", "twitter:card", "summary");
    if (!with.listed) append_meta(out, "name", "robots", "noindex");
    if (!with.canonical.empty()) append_address(out, with);
    return out;
}

// The source expression by which the page's one script that stands in the document runs, and no other does.
// Source: Content Security Policy Level 3, 2.3.1 (hash-source).
std::string inline_source(std::string_view index) {
    take_until(index, "<script>");
    const std::string script = take_until(index, "</script>");
    const auto digest = input::sha256(script);
    std::array<unsigned char, 4 * ((digest.size() + 2) / 3) + 1> base64{};
    EVP_EncodeBlock(base64.data(), digest.data(), digest.size());
    return fmt::format("'sha256-{}'", reinterpret_cast<const char*>(base64.data()));
}

} // namespace

frame::frame(const site_params& site)
    : configuration_{site.configuration.bytes} {
    const auto index = std::ranges::find(site.files, "/index.html", &http::static_file::path);
    if (index == site.files.end()) throw std::invalid_argument("the page has no index.html");
    std::string_view rest = index->identity;
    policy_ =
        fmt::format("default-src 'self'; connect-src 'self'{}{}; script-src 'self' {}; base-uri 'none'; "
                    "form-action 'self'; frame-ancestors 'none'; object-src 'none'",
                    site.connect_to.empty() ? "" : " ", site.connect_to, inline_source(rest));
    before_head_ = take_until(rest, "<!--head-->");
    take_until(rest, "<!--/head-->");
    before_lines_ = take_until(rest, "<!--lines-->");
    take_until(rest, "<!--/lines-->");
    before_data_ = take_until(rest, "<!--data-->");
    behind_ = rest;
}

std::shared_ptr<const http::rendered> frame::fill(const document& with) const {
    std::string data =
        fmt::format(R"({{"status":{},"configuration":{},"asked":)", with.status, configuration_);
    input::append_json(data, with.asked);
    data += R"(,"link":)";
    input::append_json(data, with.link);
    data += R"(,"etag":)";
    input::append_json(data, with.etag);
    data += fmt::format(R"(,"body":{}}})", with.given.empty() ? "null" : with.given);

    auto made = std::make_shared<http::rendered>();
    made->identity = before_head_ + head_of(with) + before_lines_ + with.lines + before_data_ +
                     R"(<script type="application/json" id="given">)";
    http::append_script_json(made->identity, data);
    made->identity.append("</script>").append(behind_);
    made->content_type = "text/html; charset=utf-8";
    made->cache_control = with.filled ? "no-cache" : "no-store";
    if (with.status == 200 && with.filled) made->etag = answer::etag_of(made->identity);
    made->fields.emplace_back("Content-Security-Policy", policy_);
    made->fields.emplace_back("Referrer-Policy", "no-referrer");
    return made;
}

http::response frame::answer(const document& with) const {
    http::response made;
    made.status = with.status;
    made.finished = fill(with);
    return made;
}

} // namespace cruddur::app::pages
