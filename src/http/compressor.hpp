#pragma once

#include "http/negotiation.hpp"

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

private:
    class deflater;
    class blocks;
    [[nodiscard]] std::string gzip(std::string_view body);
    [[nodiscard]] std::string brotli(std::string_view body);

    std::unique_ptr<deflater> deflater_; // made when first used
    std::unique_ptr<blocks> blocks_;
};

} // namespace cruddur::http
