#include "http/compressor.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <new>
#include <vector>

namespace cruddur::http {
namespace {

constexpr int gzip_level = 1;
constexpr int brotli_quality = 1;    // above it, the time outweighs the bytes saved on a body sent once
constexpr int gzip_window = 15 + 16; // 16 asks zlib for gzip's frame
constexpr int gzip_memory = 8;

} // namespace

class compressor::deflater {
public:
    deflater() {
        if (deflateInit2(&stream_, gzip_level, Z_DEFLATED, gzip_window, gzip_memory, Z_DEFAULT_STRATEGY) !=
            Z_OK)
            throw std::bad_alloc{};
    }
    ~deflater() { deflateEnd(&stream_); }
    deflater(const deflater&) = delete;
    deflater& operator=(const deflater&) = delete;

    std::string operator()(std::string_view body) {
        std::string output(body.size(), '\0');
        deflateReset(&stream_);
        // zlib takes a pointer to bytes it only reads.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
        stream_.avail_in = static_cast<uInt>(body.size());
        stream_.next_out = reinterpret_cast<Bytef*>(output.data());
        stream_.avail_out = static_cast<uInt>(output.size());
        if (deflate(&stream_, Z_FINISH) != Z_STREAM_END) return {};
        output.resize(stream_.total_out);
        return output;
    }

private:
    z_stream stream_{};
};

// The memory of Brotli's encoders, which cannot be reset: what one frees, the next one takes.
class compressor::blocks {
public:
    blocks() = default;
    ~blocks() {
        for (const auto& each : free_)
            std::free(each.header);
    }
    blocks(const blocks&) = delete;
    blocks& operator=(const blocks&) = delete;

    static void* allocate(void* self, std::size_t size) { return static_cast<blocks*>(self)->take(size); }
    static void release(void* self, void* address) { static_cast<blocks*>(self)->give(address); }

private:
    static constexpr std::size_t header_bytes = 64; // holds the size, keeps the alignment
    static constexpr std::size_t kept_max = 32;
    struct block {
        std::size_t size;
        char* header;
    };

    void* take(std::size_t size) {
        const auto fits = [&](const block& each) { return each.size >= size && each.size <= 2 * size; };
        if (const auto found = std::ranges::find_if(free_, fits); found != free_.end()) {
            char* const header = found->header;
            free_.erase(found);
            return header + header_bytes;
        }
        auto* const header = static_cast<char*>(std::malloc(header_bytes + size));
        if (header == nullptr) return nullptr;
        new (header) std::size_t{size};
        return header + header_bytes;
    }

    void give(void* address) {
        if (address == nullptr) return;
        char* const header = static_cast<char*>(address) - header_bytes;
        if (free_.size() == kept_max) {
            std::free(free_.front().header);
            free_.erase(free_.begin());
        }
        free_.push_back({*reinterpret_cast<std::size_t*>(header), header});
    }

    std::vector<block> free_;
};

compressor::compressor()
    : blocks_(std::make_unique<blocks>()) {}
compressor::~compressor() = default;

std::string compressor::compress(std::string_view body, encoding how) {
    if (how == encoding::gzip) return gzip(body);
    if (how == encoding::brotli) return brotli(body);
    return {};
}

std::string compressor::gzip(std::string_view body) {
    if (!deflater_) deflater_ = std::make_unique<deflater>();
    return (*deflater_)(body);
}

std::string compressor::brotli(std::string_view body) {
    auto* const state = BrotliEncoderCreateInstance(&blocks::allocate, &blocks::release, blocks_.get());
    if (state == nullptr) return {};
    const std::unique_ptr<BrotliEncoderState, decltype(&BrotliEncoderDestroyInstance)> owner(
        state, &BrotliEncoderDestroyInstance);
    // A window no larger than the body keeps the encoder's memory small.
    const auto window = std::clamp(static_cast<int>(std::bit_width(body.size())), BROTLI_MIN_WINDOW_BITS, 18);
    BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, brotli_quality);
    BrotliEncoderSetParameter(state, BROTLI_PARAM_LGWIN, static_cast<std::uint32_t>(window));
    BrotliEncoderSetParameter(state, BROTLI_PARAM_SIZE_HINT, static_cast<std::uint32_t>(body.size()));
    std::string output(body.size(), '\0');
    std::size_t in_size = body.size();
    const auto* in = reinterpret_cast<const std::uint8_t*>(body.data());
    std::size_t out_size = output.size();
    auto* out = reinterpret_cast<std::uint8_t*>(output.data());
    std::size_t total = 0;
    if (BrotliEncoderCompressStream(state, BROTLI_OPERATION_FINISH, &in_size, &in, &out_size, &out, &total) ==
            BROTLI_FALSE ||
        BrotliEncoderIsFinished(state) == BROTLI_FALSE)
        return {};
    output.resize(total);
    return output;
}

body_bytes compressor::compress_once(const std::shared_ptr<const rendered>& page, encoding how) {
    pressed_page& last = last_.at(how == encoding::gzip ? 0 : 1);
    if (last.page != page) last = {page, body_bytes::of(compress(page->identity, how))};
    return last.pressed;
}

} // namespace cruddur::http
