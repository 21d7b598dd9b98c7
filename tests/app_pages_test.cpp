#include "app/pages/excerpt.hpp"
#include "app/pages/places.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <exception>

namespace cruddur::app::pages {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::array<http::static_file, 2> files{{
    {"/index.html", "text/html; charset=utf-8",
     "<head><script>known()</script><!--head--><title>x</title><!--/head--></head><main><!--lines-->…<!--/"
     "lines--></main><!--data-->",
     "", "", "\"1\"", false},
    {"/assets/a-1.js", "text/javascript", "let a", "", "", "\"2\"", true},
}};

constexpr std::string_view hostile = R"(</script><img src=x onerror='a()'>&\"")";

std::string activity_text() {
    return std::string{R"({"uuid":"5eed","display_name":"</title><b>","handle":"worf","message":")"}
        .append(hostile.substr(0, hostile.size() - 1))
        .append(
            R"(","replies_count":1,"reposts_count":0,"likes_count":2,"created_at":"2026-11-30T14:08:36.153980Z"})");
}

std::string profile() {
    return std::string{R"({"uuid":"5eed","display_name":"</title><b>","handle":"worf","bio":")"}
        .append(hostile.substr(0, hostile.size() - 1))
        .append(R"(","cruds_count":3,"followers_count":1,"following_count":0})");
}

// The page in front of an API that answers as it is told here.
class site : public testing::Test {
protected:
    site() {
        api("/api/activities/home", 200, "[" + activity_text() + "]");
        api("/api/activities/@:handle/status/here", 200,
            R"({"activity":)" + activity_text() + R"(,"replies":[)" + activity_text() + "]}");
        api("/api/activities/@:handle/status/:uuid", 404, R"(["not_found"])");
        api("/api/activities/@worf", 200,
            R"({"profile":)" + profile() + R"(,"activities":[)" + activity_text() + "]}");
        api("/api/activities/@:handle", 404, R"(["not_found"])");
        api("/api/activities/@down", 503, R"(["unavailable"])");
        for (const auto* list : {"followers", "following"}) {
            api(std::string{"/api/users/@worf/"} + list, 200, "[" + profile() + "]");
            api(std::string{"/api/users/@:handle/"} + list, 404, R"(["not_found"])");
        }
        add_pages(table_, {files, http::body_bytes::of(R"({"user_pool":null})"), "https://a.example"});
    }

    void api(std::string pattern, unsigned status, std::string body) {
        table_.add(http::verb::get, std::move(pattern),
                   [status, body](http::request&) -> boost::asio::awaitable<http::response> {
                       http::response made = http::response::json(http::body_bytes::of(body), status);
                       made.etag = "\"home\"";
                       co_return made;
                   });
    }

    // nullopt: the server's own 404.
    std::optional<http::response> get(std::string_view path) {
        http::request asked;
        asked.path = path;
        asked.fields = fields;
        asked.forwarded = forwarded;
        auto found = table_.find(http::verb::get, path);
        if (found.found == nullptr) return table_.fallback()(asked);
        asked.parameters = found.parameters;
        if (found.found->first) return found.found->first(asked);
        std::optional<http::response> answer;
        boost::asio::io_context loop;
        boost::asio::co_spawn(loop, found.found->answer(asked),
                              [&](const std::exception_ptr& failed, http::response made) {
                                  if (failed) std::rethrow_exception(failed);
                                  answer = std::move(made);
                              });
        loop.run();
        return answer;
    }

    std::string page(std::string_view path) { return get(path)->finished->identity; }

    std::vector<std::pair<std::string_view, std::string_view>> fields; // of the request
    bool forwarded = false;                                            // by a proxy of ours

private:
    http::router table_;
};

TEST_F(site, shows_what_the_api_answers_and_hands_it_on) {
    const auto home = page("/");
    EXPECT_THAT(home, HasSubstr("<title>Cruddur</title>"));
    EXPECT_THAT(home, HasSubstr(R"(<article class="activity">)"));
    EXPECT_THAT(home, HasSubstr(R"("asked":"/api/activities/home")"));
    EXPECT_THAT(home, HasSubstr(R"("etag":"\"home\"")"));
    EXPECT_THAT(home, HasSubstr(R"("configuration":{"user_pool":null})"));
    const auto thread = page("/@worf/status/here");
    EXPECT_THAT(thread, HasSubstr("<title>Post by &lt;/title&gt;&lt;b&gt; (@worf) · Cruddur</title>"));
    EXPECT_THAT(thread, HasSubstr(R"(property="og:type" content="article")"));
    EXPECT_THAT(thread, HasSubstr(R"(property="og:description" content="&lt;/script&gt;)"));
    EXPECT_THAT(thread, HasSubstr(R"(aria-label="Replies")"));
}

TEST_F(site, shows_a_person_their_posts_and_who_follows_whom) {
    const auto profile = page("/@worf");
    EXPECT_THAT(profile, HasSubstr("<title>&lt;/title&gt;&lt;b&gt; (@worf) · Cruddur</title>"));
    EXPECT_THAT(profile, HasSubstr(R"(name="description" content="&lt;/script&gt;)"));
    for (const auto* tag :
         {R"("og:type" content="profile")", R"~("og:title" content="&lt;/title&gt;&lt;b&gt; (@worf)")~",
          R"("og:description" content="&lt;/script&gt;)", R"("profile:username" content="worf")",
          R"("twitter:card" content="summary")"})
        EXPECT_THAT(profile, HasSubstr(tag));
    EXPECT_THAT(profile, HasSubstr(R"(<p class="bio" dir="auto">&lt;/script&gt;)"));
    EXPECT_THAT(profile, HasSubstr("<li><b>3</b> posts</li>"));
    EXPECT_THAT(profile, HasSubstr(R"(<a href="/@worf/followers"><b>1</b> follower</a>)"));
    EXPECT_THAT(profile, HasSubstr(R"(<article class="activity">)"));
    EXPECT_THAT(profile, HasSubstr(R"("asked":"/api/activities/@worf")"));
    EXPECT_THAT(profile, Not(HasSubstr("noindex")));
    for (const auto* path : {"/@worf/followers", "/@worf/following"}) {
        const auto people = page(path);
        EXPECT_THAT(people, HasSubstr(R"(<a class="person" href="/@worf">)")) << path;
        EXPECT_THAT(people, HasSubstr("<bdi class=\"name\">&lt;/title&gt;&lt;b&gt;</bdi>")) << path;
        EXPECT_THAT(people, HasSubstr(std::string{R"("asked":"/api/users)"} + path + '"')) << path;
    }
}

TEST_F(site, names_its_whole_address_where_the_request_says_it) {
    const auto links = [&](const char* path, std::string_view address) {
        const std::string text{address};
        EXPECT_THAT(page(path), HasSubstr(R"(<link rel="canonical" href=")" + text + "\">"));
        EXPECT_EQ(page(path).find(R"("og:url" content=")" + text + "\">") != std::string::npos,
                  text.starts_with("http"))
            << page(path);
    };
    links("/@worf", "/@worf");
    fields = {{"Host", "cruddur.example:8080"}, {"X-Forwarded-Proto", "https"}};
    links("/@worf", "http://cruddur.example:8080/@worf"); // anybody's word
    forwarded = true;
    links("/@worf", "https://cruddur.example:8080/@worf");
    links("/@worf/status/here", "https://cruddur.example:8080/@worf/status/5eed");
    for (const auto* host : {"a\"><script>", "a/b", "a b", ""}) {
        fields = {{"Host", host}};
        links("/@worf", "/@worf");
    }
}

TEST_F(site, is_asked_again_by_the_page_where_the_api_is_down) {
    const auto down = get("/@down");
    EXPECT_EQ(down->status, 200U);
    EXPECT_EQ(down->finished->cache_control, "no-store");
    EXPECT_EQ(down->finished->etag, "");
    EXPECT_THAT(down->finished->identity, HasSubstr(R"("asked":"")"));
}

TEST_F(site, lets_no_text_become_markup) {
    for (const auto* path : {"/", "/@worf/status/here", "/@worf"}) {
        const auto document = page(path);
        EXPECT_THAT(document, Not(HasSubstr("<img"))) << path;
        EXPECT_THAT(document, Not(HasSubstr("<bdi><"))) << path;
        EXPECT_THAT(document, HasSubstr("<bdi>&lt;/title&gt;&lt;b&gt;</bdi>")) << path;
        EXPECT_THAT(document, HasSubstr("&lt;/script&gt;&lt;img src=x onerror=&#39;a()&#39;&gt;&amp;&quot;"))
            << path;
        const auto own = document.find("</script>"); // index.html's; the data's is the one that follows
        EXPECT_EQ(document.find("</script>", own + 1), document.rfind("</script>")) << path;
        EXPECT_NE(own, document.rfind("</script>")) << path;
    }
}

TEST_F(site, says_that_an_address_is_none_but_leaves_the_api_and_files_alone) {
    for (const auto* path : {"/no/such/place", "/@worf/status/5eed", "/@none", "/@none/followers",
                             "/@none/following", "/messages/old/5eed", "/index.html"}) {
        const auto answer = get(path);
        EXPECT_EQ(answer->status, 404U) << path;
        EXPECT_THAT(answer->finished->identity, HasSubstr("There is no such page")) << path;
        EXPECT_THAT(answer->finished->identity, HasSubstr("noindex")) << path;
    }
    EXPECT_FALSE(get("/api/none"));
    EXPECT_FALSE(get("/assets/none.js"));
    EXPECT_EQ(get("/assets/a-1.js")->finished->identity, "let a");
    for (const auto* path : {"/search", "/settings", "/notifications", "/following", "/messages",
                             "/messages/new/worf", "/about"})
        EXPECT_EQ(get(path)->status, 200U) << path;
}

TEST_F(site, keeps_others_out_and_is_asked_for_again_each_time) {
    for (const auto* path : {"/", "/search", "/no/such/place"}) {
        const auto answer = get(path);
        const auto field = [&](std::string_view name) {
            for (const auto& [key, value] : answer->finished->fields)
                if (key == name) return value;
            return std::string{};
        };
        EXPECT_THAT(field("Content-Security-Policy"),
                    HasSubstr("default-src 'self'; connect-src 'self' https://a.example;"));
        // printf %s 'known()' | openssl sha256 -binary | base64
        EXPECT_THAT(field("Content-Security-Policy"),
                    HasSubstr("; script-src 'self' 'sha256-Q/AXd3qmS6Qn7Mz/w8j0s+b3PXaM6t3gNKjFiV7qTXU=';"));
        EXPECT_THAT(field("Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
        EXPECT_EQ(field("Referrer-Policy"), "no-referrer");
        EXPECT_EQ(answer->finished->cache_control, "no-cache") << path;
        EXPECT_EQ(answer->finished->etag.empty(), answer->status != 200) << path;
    }
    EXPECT_NE(get("/search")->finished->etag, get("/about")->finished->etag);
}

TEST(pages_excerpt, is_cut_between_characters) {
    EXPECT_EQ(excerpt("a\nb", 5), "a b");
    EXPECT_EQ(excerpt("äöü", 2), "äö…");
}

} // namespace
} // namespace cruddur::app::pages
