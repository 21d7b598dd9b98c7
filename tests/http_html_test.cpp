#include "http/html.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace cruddur::http {
namespace {

std::string html_of(std::string_view text) {
    std::string out = "before ";
    append_html(out, text);
    return out;
}

TEST(html, shows_every_character_that_means_something_in_html_as_itself) {
    EXPECT_EQ(html_of(R"(<b class="x" id='y'> & </b>)"),
              "before &lt;b class=&quot;x&quot; id=&#39;y&#39;&gt; &amp; &lt;/b&gt;");
    EXPECT_EQ(html_of("&amp;"), "before &amp;amp;");
}

TEST(html, leaves_all_other_text_as_it_is) {
    const std::string text = "äöü 😀 `=/\\;()\n";
    EXPECT_EQ(html_of(text), "before " + text);
    EXPECT_EQ(html_of(""), "before ");
}

TEST(html, of_a_script_holds_the_same_json_and_nothing_that_could_end_the_script) {
    const std::string json = R"({"</script>":["<!--","<script>","a&b\"\\<"]})";
    std::string out = "before ";
    append_script_json(out, json);
    ASSERT_TRUE(out.starts_with("before "));
    out.erase(0, 7);
    EXPECT_EQ(out.find('<'), std::string::npos) << out;
    EXPECT_EQ(boost::json::parse(out), boost::json::parse(json));
}

} // namespace
} // namespace cruddur::http
