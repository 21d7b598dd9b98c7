-- POSTs a new activity with the token of the environment.
wrk.method = "POST"
wrk.path = "/api/activities"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN")
wrk.body = '{"message":"The same row, written durably, again and again.","ttl":"7-days"}'
