#include "support/decompress.hpp"

#include <brotli/decode.h>
#include <gtest/gtest.h>
#include <zlib.h>

namespace cruddur::test {

std::string unzip(const std::string& bytes) {
    std::string text(1'000'000, '\0');
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    text.resize(stream.total_out);
    inflateEnd(&stream);
    return text;
}

std::string unbrotli(const std::string& bytes) {
    std::string text(1'000'000, '\0');
    std::size_t size = text.size();
    EXPECT_EQ(BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                      &size, reinterpret_cast<std::uint8_t*>(text.data())),
              BROTLI_DECODER_RESULT_SUCCESS);
    text.resize(size);
    return text;
}

} // namespace cruddur::test
