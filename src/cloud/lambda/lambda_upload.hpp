#pragma once

#include "cloud/lambda/function_code.hpp"
#include "cloud/lambda/lambda.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace cruddur::cloud::lambda {

class function_pool;

// A zip that was uploaded; where no function or layer has it in the end, it is dropped again.
class uploaded_code {
public:
    uploaded_code(function_pool& pool, held_code code, std::size_t bytes);
    uploaded_code(uploaded_code&& other) noexcept = default;
    uploaded_code& operator=(uploaded_code&&) = delete;
    ~uploaded_code();

    [[nodiscard]] const std::string& sha256() const { return code_->key; }
    [[nodiscard]] std::int64_t bytes() const { return bytes_; }

private:
    function_pool* pool_;
    held_code code_;
    std::int64_t bytes_;
};

// The zip of a FunctionCode, or of another structure that gives one as ZipFile; it lives as long as the call.
// Unpacked by a worker. Throws refusal.
[[nodiscard]] boost::asio::awaitable<uploaded_code> upload(const call& in, const json::object* code);

} // namespace cruddur::cloud::lambda
