#include "app/door/feed_encoder.hpp"

#include "http/compressor.hpp"

#include <boost/asio/post.hpp>

#include <exception>

namespace cruddur::app::door {

namespace asio = boost::asio;

feed_encoder::feed_encoder(feed_snapshot& snapshot)
    : snapshot_{snapshot} {}

feed_encoder::~feed_encoder() {
    thread_.stop();
    thread_.join();
}

void feed_encoder::page_installed() {
    if (due_.exchange(true)) return;
    asio::post(thread_, [this] { encode_after(settle); });
}

void feed_encoder::encode_after(std::chrono::milliseconds wait) {
    timer_.expires_after(wait);
    timer_.async_wait([this](const boost::system::error_code& failed) {
        if (failed) return;
        try {
            encode();
            report_.succeeded();
        } catch (const std::exception& thrown) {
            report_.failed(thrown.what());
            encode_after(pause);
        }
    });
}

void feed_encoder::encode() {
    due_ = false;
    const auto plain = snapshot_.current(feed_snapshot::clock::now());
    if (!plain || !plain->finished.gzip.empty()) return;
    http::compressor press;
    answer::feed_page made = *plain;
    made.finished.gzip = press.compress(plain->finished.identity, http::encoding::gzip);
    made.finished.brotli = press.compress(plain->finished.identity, http::encoding::brotli);
    snapshot_.replace(plain, std::make_shared<const answer::feed_page>(std::move(made)));
}

} // namespace cruddur::app::door
