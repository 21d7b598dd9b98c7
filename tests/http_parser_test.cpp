#include "http/request_parser.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace cruddur::http {
namespace {

using namespace std::string_view_literals;

struct parsed {
    request what;
    std::string body;
    std::string bytes; // the views' home
    unsigned refused = 0;
    bool done = false;
    std::size_t taken = 0;
};

// Feeds the bytes as they would arrive: `step` more at a time, all that was not taken each time.
std::unique_ptr<parsed> parse(std::string_view bytes, std::size_t step = std::string_view::npos,
                              const limits& limit = {}) {
    auto made = std::make_unique<parsed>();
    made->bytes = bytes;
    request_parser parser{made->what, made->body, limit};
    const std::string_view all = made->bytes;
    for (std::size_t arrived = std::min(step, all.size());; arrived = std::min(arrived + step, all.size())) {
        std::size_t taken = 0;
        do {
            taken = parser.feed(all.substr(made->taken, arrived - made->taken));
            made->taken += taken;
        } while (taken > 0 && parser.refused() == 0 && !parser.is_done());
        if (parser.refused() != 0 || parser.is_done() || arrived == all.size()) break;
    }
    made->refused = parser.refused();
    made->done = parser.is_done();
    return made;
}

constexpr std::string_view host = "Host: a\r\n";

std::string with(std::string_view fields, std::string_view line = "GET / HTTP/1.1\r\n") {
    return std::string(line).append(host).append(fields).append("\r\n");
}

TEST(request_parser, reads_the_parts_of_a_request) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::string_view::npos}) {
        const auto made = parse("POST /a%20b/c?d=e&f HTTP/1.1\r\nHost: a:80\r\nEmpty:\r\nX:  y z \t\r\n"
                                "Content-Length: 4\r\n\r\nbodyGET / HTTP/1.1",
                                step);
        ASSERT_TRUE(made->done);
        EXPECT_EQ(made->what.method, verb::post);
        EXPECT_EQ(made->what.target, "/a%20b/c?d=e&f");
        EXPECT_EQ(made->what.path, "/a%20b/c");
        EXPECT_EQ(made->what.query, "d=e&f");
        EXPECT_EQ(made->what.field("empty"), "");
        EXPECT_EQ(made->what.field("x"), "y z");
        EXPECT_EQ(made->what.body, "body");
        EXPECT_EQ(made->bytes.substr(made->taken), "GET / HTTP/1.1");
    }
}

TEST(request_parser, reads_absolute_targets) {
    EXPECT_EQ(parse(with("", "GET http://a/b?c HTTP/1.1\r\n"))->what.path, "/b");
    EXPECT_EQ(parse(with("", "GET http://a?c HTTP/1.1\r\n"))->what.path, "/");
    EXPECT_EQ(parse(with("", "GET http://a?c HTTP/1.1\r\n"))->what.query, "c");
    EXPECT_EQ(parse(with("", "GET HTTPS://a HTTP/1.1\r\n"))->what.path, "/");
}

TEST(request_parser, reads_chunks_and_forgets_trailers) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::string_view::npos}) {
        const auto made = parse(with("Transfer-Encoding: Chunked\r\n", "POST / HTTP/1.1\r\n") +
                                    "A;x=\"y\"\r\n0123456789\r\n1\r\na\r\n0\r\nHost: evil\r\n\r\nnext",
                                step);
        ASSERT_TRUE(made->done) << made->refused;
        EXPECT_EQ(made->what.body, "0123456789a");
        EXPECT_EQ(made->what.field("host"), "a");
        EXPECT_EQ(made->bytes.substr(made->taken), "next");
    }
}

TEST(request_parser, refuses_what_another_server_could_read_differently) {
    const std::string post = "POST / HTTP/1.1\r\n";
    const std::string chunked = "Transfer-Encoding: chunked\r\n";
    const auto posted = [&](const std::string& fields) { return with(fields, post); };
    const std::vector<std::string> shapes{
        posted("Content-Length: 1\r\nContent-Length: 1\r\n") + "a",
        posted("Content-Length: 1\r\nContent-Length: 2\r\n") + "ab",
        posted("Content-Length: 1, 1\r\n") + "a",
        posted("Content-Length: +1\r\n") + "a",
        posted("Content-Length: -1\r\n") + "a",
        posted("Content-Length: 0x1\r\n") + "a",
        posted("Content-Length: 1 1\r\n") + "a",
        posted("Content-Length:\r\n"),
        posted("Content-Length: 99999999999999999999999\r\n"),
        posted("Content-Length: 5\r\n" + chunked) + "0\r\n\r\n",
        posted(chunked + "Content-Length: 5\r\n") + "0\r\n\r\n",
        posted(chunked + chunked) + "0\r\n\r\n",
        posted("Transfer-Encoding: gzip, chunked\r\n"),
        posted("Transfer-Encoding: chunked, chunked\r\n"),
        posted("Transfer-Encoding: chunked, identity\r\n"),
        posted("Transfer-Encoding: identity\r\n"),
        posted("Transfer-Encoding: xchunked\r\n"),
        posted("Transfer-Encoding: \"chunked\"\r\n"),
        posted("Transfer-Encoding:\r\n"),
        posted("Transfer-Encoding : chunked\r\n"),
        posted("Transfer-Encoding:\r\n chunked\r\n"),
        posted("Transfer-Encoding\t: chunked\r\n"),
        posted("Transfer-Encoding: \vchunked\r\n"),
        with(chunked, "POST / HTTP/1.0\r\n"),
        posted(chunked) + "g\r\n\r\n",
        posted(chunked) + "-1\r\na\r\n0\r\n\r\n",
        posted(chunked) + "0x1\r\na\r\n0\r\n\r\n",
        posted(chunked) + "1\na\r\n0\r\n\r\n",
        posted(chunked) + "1\r\nab\r\n0\r\n\r\n",
        posted(chunked) + "1\r\na0\r\n\r\n   ",
        posted(chunked) + "1 \r\na\r\n0\r\n\r\n",
        posted(chunked) + "FFFFFFFFFFFFFFFFF\r\na\r\n",
        posted(chunked) + "0\r\nbad trailer\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\rHost: a\r\n\r\n",
        with("X: a\rb\r\n"),
        with("X: a\nb\r\n"),
        with("X: a\0b\r\n"sv),
        with("X: a\x01\r\n"),
        with("X: a\x7F\r\n"),
        with("X: a\r\n folded\r\n"),
        with("X:\r\n folded\r\n"),
        with("X: a\r\n \r\n"),
        with("no colon\r\n"),
        with(": no name\r\n"),
        with("a b: c\r\n"),
        with("a\x80: c\r\n"),
        with("", "GET /a b HTTP/1.1\r\n"),
        with("", "GET  / HTTP/1.1\r\n"),
        with("", "GET /  HTTP/1.1\r\n"),
        with("", "GET /\tHTTP/1.1\r\n"),
        with("", "GET / HTTP/1.1 \r\n"),
        with("", " GET / HTTP/1.1\r\n"),
        with("", "GET / HTTP/1.2\r\n"),
        with("", "GET / HTTP/2.0\r\n"),
        with("", "GET / HTTP/0.9\r\n"),
        with("", "GET / http/1.1\r\n"),
        with("", "GET / HTTP/11\r\n"),
        with("", "GET /\r\n"),
        with("", "GET\r\n"),
        "GET / 1\r\n\r\n",
        with("", "G(T / HTTP/1.1\r\n"),
        with("", "GET /\0 HTTP/1.1\r\n"sv),
        with("", "GET a HTTP/1.1\r\n"),
        with("", "GET * HTTP/1.1\r\n"),
        with("", "GET /a#b HTTP/1.1\r\n"),
        with("", "GET ftp://a/ HTTP/1.1\r\n"),
        with("", "GET http:///b HTTP/1.1\r\n"),
        with("", "CONNECT a:443 HTTP/1.1\r\n"),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03 a TLS hello\r\n\r\n"sv},
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "\r\n\r\n\r\n",
    };
    for (const auto& shape : shapes) {
        EXPECT_EQ(parse(shape)->refused, 400U) << shape;
        EXPECT_EQ(parse(shape, 1)->refused, 400U) << "byte by byte: " << shape;
    }
}

TEST(request_parser, takes_odd_but_valid_shapes) {
    for (const auto& shape :
         {with("X: caf\xC3\xA9\r\n"), with("X:\r\n"), with("X:y\r\n"), with("x!#$%&'*+-.^_`|~9: y\r\n"),
          with("", "M-SEARCH / HTTP/1.1\r\n"), with("", "GET /%zz?\"<>\\^`{|} HTTP/1.1\r\n"),
          with("Content-Length: 000\r\n"), std::string("GET / HTTP/1.0\r\n\r\n"),
          std::string("GET / HTTP/1.1\r\nHost:\r\n\r\n"), with("Connection: close, x\r\n")}) {
        EXPECT_TRUE(parse(shape)->done) << shape;
        EXPECT_TRUE(parse(shape, 1)->done) << shape;
    }
}

TEST(request_parser, limits_the_header_however_it_arrives) {
    limits limit;
    limit.header_bytes_max = 1'000;
    std::string many;
    for (int at = 0; at < 120; ++at)
        many += "A: 3456\r\n";
    const auto too_large = with(many);
    const auto too_long = with("", "GET /" + std::string(1'000, 'a') + " HTTP/1.1\r\n");
    const auto endless = std::string(2'000, 'G');
    const auto fits = with("A: " + std::string(900, 'a') + "\r\n");
    for (const std::size_t step :
         {std::size_t{1}, std::size_t{13}, std::size_t{500}, std::string_view::npos}) {
        EXPECT_EQ(parse(too_large, step, limit)->refused, 431U) << step;
        EXPECT_EQ(parse(with("A: " + std::string(1'000, 'a') + "\r\n"), step, limit)->refused, 431U) << step;
        EXPECT_EQ(parse(too_long, step, limit)->refused, 414U) << step;
        EXPECT_EQ(parse(endless, step, limit)->refused, 414U) << step;
        EXPECT_TRUE(parse(fits, step, limit)->done) << step;
    }
    std::string fields;
    for (int at = 0; at < 200; ++at)
        fields += "A: b\r\n";
    EXPECT_EQ(parse(with(fields))->refused, 431U);
}

TEST(request_parser, limits_the_body_however_it_is_framed) {
    limits limit;
    limit.body_bytes_max = 10;
    const std::string post = "POST / HTTP/1.1\r\n";
    for (const std::size_t step : {std::size_t{1}, std::string_view::npos}) {
        EXPECT_TRUE(parse(with("Content-Length: 10\r\n", post) + "0123456789", step, limit)->done);
        EXPECT_EQ(parse(with("Content-Length: 11\r\n", post), step, limit)->refused, 413U);
        const auto chunked = with("Transfer-Encoding: chunked\r\n", post);
        EXPECT_TRUE(parse(chunked + "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", step, limit)->done);
        EXPECT_EQ(parse(chunked + "5\r\n01234\r\n6\r\n567890\r\n0\r\n\r\n", step, limit)->refused, 413U);
        EXPECT_EQ(
            parse(chunked + "1;" + std::string(5'000, 'x') + "\r\na\r\n0\r\n\r\n", step, limit)->refused,
            step == 1 ? 400U : 0U);
        EXPECT_EQ(parse(chunked + "FFFF\r\n" + std::string(9'000, 'x'), step, limit)->refused, 413U);
        EXPECT_EQ(parse(chunked + "1;" + std::string(5'000, 'x'), step, limit)->refused, 400U);
        EXPECT_EQ(parse(chunked + "0\r\n" + std::string(5'000, 'x'), step, limit)->refused, 400U);
    }
}

TEST(request_parser, follows_bytes_that_moved) {
    request what;
    std::string body;
    const limits limit;
    request_parser parser{what, body, limit};
    std::string first = with("X: value\r\nContent-Length: 4\r\n", "GET /path?query HTTP/1.1\r\n");
    ASSERT_EQ(parser.feed(first), first.size());
    const std::string second = first;
    parser.moved(first.data(), second.data());
    first.assign(first.size(), '?');
    parser.feed("body");
    ASSERT_TRUE(parser.is_done());
    EXPECT_EQ(what.target, "/path?query");
    EXPECT_EQ(what.path, "/path");
    EXPECT_EQ(what.query, "query");
    EXPECT_EQ(what.field("host"), "a");
    EXPECT_EQ(what.field("x"), "value");
}

TEST(request_parser, survives_mutations_of_valid_requests) {
    const std::array<std::string, 4> valid{
        with("Accept: */*\r\nX-Request-Id: a\r\nIf-None-Match: \"b\"\r\n"),
        with("Content-Length: 5\r\nContent-Type: application/json\r\n", "POST /api/activities HTTP/1.1\r\n") +
            "[\"a\"]",
        with("Transfer-Encoding: chunked\r\n", "PUT /a HTTP/1.1\r\n") +
            "3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nT: x\r\n\r\n",
        with("Expect: 100-continue\r\nContent-Length: 1\r\n", "POST /?a=%20 HTTP/1.1\r\n") + "a",
    };
    constexpr auto spice = "\r\n\0 \t:;,0f\"%\x7F\xFF/"sv;
    std::mt19937 random{20'221'130};
    const auto below = [&](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random);
    };
    std::size_t accepted = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes = valid[below(valid.size())];
        for (auto changes = 1 + below(4); changes > 0; --changes) {
            const auto at = below(bytes.size());
            switch (below(5)) {
            case 0:
                bytes[at] = spice[below(spice.size())];
                break;
            case 1:
                bytes.erase(at, 1 + below(4));
                break;
            case 2:
                bytes.insert(at, 1 + below(3), spice[below(spice.size())]);
                break;
            case 3:
                bytes.insert(at, bytes.substr(below(bytes.size()), 1 + below(20)));
                break;
            default:
                bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1U << below(7)));
            }
            if (bytes.empty()) bytes = "x";
        }
        const auto whole = parse(bytes);
        const auto pieces = parse(bytes, 1 + below(9));
        EXPECT_LT(whole->refused, 500U);
        EXPECT_EQ(whole->done, pieces->done) << bytes;
        EXPECT_EQ(whole->refused, pieces->refused) << bytes;
        EXPECT_EQ(whole->what.body, pieces->what.body) << bytes;
        accepted += whole->done ? 1U : 0U;
    }
    EXPECT_GT(accepted, 100U); // the mutations are not so wild that nothing deep is reached
}

} // namespace
} // namespace cruddur::http
