#pragma once

#include "http/message.hpp"
#include "http/negotiation.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace cruddur::http {

// Compresses bodies as they are made, at the fast levels, in contexts that are kept for the next one. One a
// loop: no thread safety. An answer that would not get smaller is empty: send the body as it is.
class compressor {
public:
    compressor();
    ~compressor();
    compressor(const compressor&) = delete;
    compressor& operator=(const compressor&) = delete;

    [[nodiscard]] std::string compress(std::string_view body, encoding how);
    // The same of a page that has no such encoding yet, made once for as long as it is the last one asked
    // for.
    [[nodiscard]] body_bytes compress_once(const std::shared_ptr<const rendered>& page, encoding how);

private:
    class deflater;
    class blocks;
    [[nodiscard]] std::string gzip(std::string_view body);
    [[nodiscard]] std::string brotli(std::string_view body);

    struct pressed_page {
        std::shared_ptr<const rendered> page;
        body_bytes pressed;
    };
    std::array<pressed_page, 2> last_;   // by gzip, by Brotli
    std::unique_ptr<deflater> deflater_; // made when first used
    std::unique_ptr<blocks> blocks_;
};

} // namespace cruddur::http
