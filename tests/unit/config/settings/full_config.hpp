// SPDX-License-Identifier: Apache-2.0
// A configuration with a row in every table, for tests to start from.
#pragma once

namespace forestall::test {

inline constexpr auto full_config = R"([daemon]
state_dir = "/tmp/state"

[redis]
call_deadline = "3s"

[api]
listen = "127.0.0.1:9000"

[[seller]]
id = "acme"
time_zone = "Europe/Berlin"
currency = "EUR"
margin_per_unit = "5 EUR"
quiet_hours = "22:00-07:00"
work_days = ["mon", "sat"]

[[account]]
id = "amazon-de"
seller = "acme"
kind = "amazon"
marketplace = "A1PA6795UKMFR9"
merchant_id = "A2X"
client_id = "amzn1.application"
client_secret_file = "/secrets/client"
refresh_token_credential = "amazon-eu"
mode = "guard"
base_url = "https://127.0.0.1:8443/eu"
poll.orders = "5m"
rates = { searchOrders = "1/3m burst 20" }

[account.breaker]
listings = 30
value = "1000 EUR"

[[stock]]
id = "warehouse"
seller = "acme"
kind = "csv"
path = "stock"
location = "Hamburg \"Nord\""
deducts_at = "ship"

[[carrier]]
id = "parcels"
kind = "easypost"
token_file = "./easypost"
rate = "5/s burst 5"

[[notify]]
id = "ops"
kind = "webhook"
url = "https://hooks.example.com/x"
accounts = ["amazon-de"]
kinds = ["shortfall", "budget"]
)";

}  // namespace forestall::test
