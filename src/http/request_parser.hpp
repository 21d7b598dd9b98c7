#pragma once

#include "http/limits.hpp"
#include "http/message.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace cruddur::http {

class router;

// Parses one request in place on Beast's parser, stricter than it: what another server could read differently
// (two Content-Lengths, a folded line, an odd Transfer-Encoding) is refused. Views of the header are put into
// the request; the body is collected in a string. Allocates nothing but what these two grow by. Not reused:
// one a request.
class request_parser final : public boost::beast::http::basic_parser<true> {
public:
    // All of them outlive the parser. The request and the body are cleared. A route's own limit of bodies
    // goes before the server's.
    request_parser(request& into, std::string& body, const limits& limit, const router* routes = nullptr);

    // Takes bytes off the front and returns how many. Stops after the header, after the message, when it is
    // refused, and when more are needed; what was not taken is given again, with more behind it. The header's
    // bytes stay where they are for as long as the request is used, or moved() says where they went.
    std::size_t feed(std::string_view bytes);
    void moved(const char* from, const char* to);

    // The status that refuses the request, or 0. Nothing more can be parsed then.
    [[nodiscard]] unsigned refused() const { return refused_; }
    [[nodiscard]] bool expects_continue() const { return expects_continue_; }
    [[nodiscard]] bool version_1_1() const { return version_ >= 11; }

private:
    using error_code = boost::beast::error_code;
    using text = boost::beast::string_view;

    void on_request_impl(verb method, text name, text target, int version, error_code& failed) override;
    void on_response_impl(int, text, int, error_code&) override {}
    void on_field_impl(boost::beast::http::field known, text name, text value, error_code& failed) override;
    void on_header_impl(error_code& failed) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(text bytes, error_code&) override;
    void on_chunk_header_impl(std::uint64_t size, text, error_code&) override { in_chunk_ = size > 0; }
    std::size_t on_chunk_body_impl(std::uint64_t remaining, text bytes, error_code&) override;
    void on_finish_impl(error_code&) override { request_.body = body_; }

    void refuse(unsigned status, error_code& failed);
    [[nodiscard]] std::size_t whole_header_size(std::string_view bytes);
    std::size_t put_some(std::string_view bytes);
    [[nodiscard]] bool split_target(std::string_view target);

    request& request_;
    std::string& body_;
    const limits& limit_;
    const router* routes_;
    std::size_t scanned_ = 0; // bytes of an unfinished header that were looked at
    int version_ = 0;         // 10 or 11; 0 until the request line has come
    unsigned refused_ = 0;
    unsigned hosts_ = 0;
    bool has_length_ = false;
    bool has_encoding_ = false;
    bool expects_continue_ = false;
    bool expects_other_ = false;
    bool in_chunk_ = false;
};

} // namespace cruddur::http
