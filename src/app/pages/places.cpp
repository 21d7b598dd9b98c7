#include "app/pages/places.hpp"

#include "app/pages/excerpt.hpp"
#include "app/pages/lines.hpp"
#include "http/static_files.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace cruddur::app::pages {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr std::size_t description_characters_max = 200;

// An address whose document is the same for whatever it shows: the page fills it.
struct plain_place {
    std::string_view pattern;
    std::string_view title;
    std::string_view description;
    bool listed = false;
};

constexpr std::array plain_places{
    plain_place{"/search", "Search", "Search the posts of Cruddur that have not expired.", true},
    plain_place{"/notifications", "Notifications", ""},
    plain_place{"/messages", "Messages", ""},
    plain_place{"/messages/new/:handle", "Messages", ""},
    plain_place{"/messages/:uuid", "Messages", ""},
    plain_place{"/signup", "Create an account", "Join Cruddur, a micro-blog whose posts expire.", true},
    plain_place{"/signin", "Sign in", ""},
    plain_place{"/confirm", "Confirm your address", ""},
    plain_place{"/forgot", "Recover your password", ""},
    plain_place{"/following", "Following", ""},
    plain_place{"/settings", "Settings", ""},
    plain_place{"/about", "About", "What Cruddur is, and how long a post lives.", true},
    plain_place{"/privacy", "Privacy", "What Cruddur keeps, and for how long.", true},
};

document nowhere() {
    document made{.status = 404, .title = "Nothing here", .description = ""};
    made.lines = R"(<div class="panel notice"><h1>There is no such page</h1>)"
                 R"(<p>The address may be mistyped, or what it led to is gone.</p></div>)";
    return made;
}

std::string_view body_of(const http::response& answer) {
    return answer.finished ? std::string_view{answer.finished->identity} : answer.body.bytes;
}

std::string field_of(const http::response& answer, std::string_view name) {
    for (const auto* fields : {answer.finished ? &answer.finished->fields : nullptr, &answer.fields}) {
        if (fields == nullptr) continue;
        for (const auto& [key, value] : *fields) {
            if (key == name) return value;
        }
    }
    return {};
}

// What fills a document in from the API's answer, once that is there; and the address's parameters.
using filler = void (*)(document&, const json::value&, const std::vector<std::string>&);

void fill_home(document& into, const json::value& answer, const std::vector<std::string>&) {
    into.listed = true;
    into.lines = R"(<div class="head"><h1 class="head-title">Home</h1></div><div class="home-top"></div>)";
    append_activities(into.lines, answer.as_array(), "Home feed");
}

std::string name_of(const json::object& person) {
    return fmt::format("{} (@{})", std::string_view{person.at("display_name").as_string()},
                       std::string_view{person.at("handle").as_string()});
}

void fill_profile(document& into, const json::value& answer, const std::vector<std::string>&) {
    const json::object& profile = answer.at("profile").as_object();
    into.title = name_of(profile);
    into.username = profile.at("handle").as_string();
    const auto* bio = profile.at("bio").if_string();
    into.description = bio != nullptr && !bio->empty() ? excerpt(*bio, description_characters_max)
                                                       : into.title + " on Cruddur, whose posts expire.";
    into.kind = "profile";
    into.canonical = "/@" + into.username;
    into.listed = true;
    into.lines = R"(<div class="head"><p class="head-title">Profile</p></div>)";
    append_profile(into.lines, profile);
    append_activities(into.lines, answer.at("activities").as_array(), "Posts");
}

void fill_followers(document& into, const json::value& answer, const std::vector<std::string>& parameters) {
    into.title = "Followers";
    append_people(into.lines, answer.as_array(), into.title, parameters.at(0));
}

void fill_followees(document& into, const json::value& answer, const std::vector<std::string>& parameters) {
    into.title = "Following";
    append_people(into.lines, answer.as_array(), into.title, parameters.at(0));
}

void fill_thread(document& into, const json::value& answer, const std::vector<std::string>&) {
    const json::object& activity = answer.at("activity").as_object();
    into.title = "Post by " + name_of(activity);
    into.canonical = fmt::format("/@{}/status/{}", std::string_view{activity.at("handle").as_string()},
                                 std::string_view{activity.at("uuid").as_string()});
    into.description = excerpt(activity.at("message").as_string(), description_characters_max);
    into.kind = "article";
    into.lines = R"(<div class="head"><p class="head-title">Post</p></div>)";
    append_activity_alone(into.lines, activity);
    append_activities(into.lines, answer.at("replies").as_array(), "Replies");
}

// The API's own answer to nobody, by the table that this place stands in too: so a document never shows more
// than the API does.
asio::awaitable<http::response> ask_api(const http::router& table, const http::request& from,
                                        std::string_view path) {
    http::request asked;
    asked.target = path;
    asked.path = path;
    asked.peer = from.peer;
    asked.id = from.id;
    asked.traceparent = from.traceparent;
    auto found = table.find(http::verb::get, path);
    if (found.found == nullptr) co_return http::response::failure(404, "not_found");
    asked.parameters = std::move(found.parameters);
    if (found.found->first) {
        if (auto at_once = found.found->first(asked)) co_return std::move(*at_once);
    }
    co_return co_await found.found->answer(asked);
}

document document_of(const http::response& answer, std::string path, filler fill,
                     const std::vector<std::string>& parameters = {}) {
    if (answer.status == 404) return nowhere();
    document made;
    if (answer.status != 200) {
        made.filled = false;
        return made;
    }
    made.given = body_of(answer);
    made.asked = std::move(path);
    made.link = field_of(answer, "Link");
    made.etag = answer.finished ? answer.finished->etag : answer.etag;
    fill(made, json::parse(made.given), parameters);
    return made;
}

// The last document of an address, for as long as the API's answer stays the same.
struct last_document {
    std::shared_ptr<const http::rendered> of;
    std::shared_ptr<const http::rendered> filled;
};

void add_home(http::router& table, const std::shared_ptr<const frame>& around) {
    table.add(http::verb::get, "/",
              [&table, around, last = std::make_shared<last_document>()](
                  http::request& from) -> asio::awaitable<http::response> {
                  static constexpr std::string_view path = "/api/activities/home";
                  const http::response answer = co_await ask_api(table, from, path);
                  http::response made;
                  if (answer.finished && answer.finished == last->of) {
                      made.finished = last->filled;
                      co_return made;
                  }
                  const document filled = document_of(answer, std::string{path}, fill_home);
                  made.status = filled.status;
                  made.finished = around->fill(filled);
                  if (filled.filled && answer.finished) *last = {answer.finished, made.finished};
                  co_return made;
              });
}

// Where the reader came to. A proxy of ours says by which scheme: what is between it and us has another.
std::string origin_of(const http::request& from) {
    const auto host = from.field("Host");
    const auto fits = [](char letter) {
        return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
               (letter >= 'A' && letter <= 'Z') ||
               std::string_view{".-_:[]"}.find(letter) != std::string_view::npos;
    };
    if (!host || host->empty() || !std::ranges::all_of(*host, fits)) return {};
    const auto scheme = from.forwarded ? from.field("X-Forwarded-Proto") : std::nullopt;
    return fmt::format("{}://{}", scheme == "https" ? "https" : "http", *host);
}

// A place that shows what the API answers below `api` to the same path.
struct shown_place {
    std::string_view pattern;
    std::string_view api;
    filler fill;
};

constexpr std::array shown_places{
    shown_place{"/@:handle", "/api/activities", fill_profile},
    shown_place{"/@:handle/status/:uuid", "/api/activities", fill_thread},
    shown_place{"/@:handle/followers", "/api/users", fill_followers},
    shown_place{"/@:handle/following", "/api/users", fill_followees},
};

void add_shown(http::router& table, const std::shared_ptr<const frame>& around, const shown_place& place) {
    table.add(http::verb::get, std::string{place.pattern},
              [&table, around, place](http::request& from) -> asio::awaitable<http::response> {
                  const std::string path = fmt::format("{}{}", place.api, from.path);
                  const http::response answer = co_await ask_api(table, from, path);
                  document filled = document_of(answer, path, place.fill, from.parameters);
                  filled.origin = origin_of(from);
                  co_return around->answer(filled);
              });
}

void add_plain(http::router& table, const frame& around, const plain_place& place) {
    document made{.title = std::string{place.title}, .description = std::string{place.description}};
    made.listed = place.listed;
    http::response answer;
    answer.finished = around.fill(made);
    table.add(
        http::verb::get, std::string{place.pattern},
        [answer](http::request&) -> asio::awaitable<http::response> { co_return answer; },
        [answer](const http::request&) -> std::optional<http::response> { return answer; });
}

} // namespace

void add_pages(http::router& table, const site_params& site) {
    const auto around = std::make_shared<const frame>(site);
    const auto none = around->fill(nowhere());
    std::vector<http::static_file> files;
    for (const auto& each : site.files) {
        if (each.path != "/index.html") files.push_back(each);
    }
    table.fallback([assets = http::serve_static(files),
                    none](const http::request& from) -> std::optional<http::response> {
        if (auto file = assets(from)) return file;
        if (from.path.starts_with("/api/") || from.path.starts_with("/assets/")) return std::nullopt;
        http::response answer;
        answer.status = 404;
        answer.finished = none;
        return answer;
    });
    add_home(table, around);
    for (const shown_place& place : shown_places)
        add_shown(table, around, place);
    for (const plain_place& place : plain_places)
        add_plain(table, *around, place);
}

} // namespace cruddur::app::pages
