// SPDX-License-Identifier: Apache-2.0
// What is really on the shelf: a small distribution over the error of the stock record. It widens with every
// unit sold since the last certain reading and sharpens with counts, served and failed picks and seller
// cancels (DeHoratius, Mersereau, Schrage 2008, M&SOM 10:257-277).
//
//   true units N = record units R + error e,  N >= 0
//
// "Record" is the shelf's book quantity, orders not yet picked included; what is promised is taken off where
// the usable units are asked for.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "forecasting/error.hpp"
#include "forecasting/stock_belief/loss_law.hpp"

namespace forestall::forecasting {

// One cache line a SKU; a plain value. Default: the record is right.
struct alignas(64) StockBelief {
  static constexpr int cells = 24;
  std::array<std::uint16_t, cells> mass{65535};  // P(e in cell) x 65535, normalised on reading
  std::int32_t lowest_error = 0;                 // of cell 0
  float units_since_spread = 0;                  // sold since `mass` was written: the widening still to come
  float units_since_certain = 0;                 // sold since the last certain reading
  std::uint8_t stride = 1;                       // errors in a cell
};
static_assert(sizeof(StockBelief) == 64);

// What the shelf may hold, unit by unit. Valid until 512 units below the record; what is further is lumped at
// the end.
struct ShelfPmf {
  static constexpr int cells = 512;
  int lowest_units = 0;  // N of cell 0, >= 0
  int count = 0;
  std::array<double, cells> mass;  // sums to 1

  double at_least(int units) const;  // P(N >= units)
  double mean_units() const;
};

// The belief about the shelf with `record_units` on the books. Units of the pmf are never below zero: a loss
// takes what is there.
void read_shelf(const StockBelief& belief, const LossLaw& law, int record_units, ShelfPmf& out);

// S_e: the largest n with m P(S >= n) > k P(S < n), S = N - promised_units: units to offer beyond those
// already promised. 0 if even the first does not pay; never negative.
int usable_units(const ShelfPmf& shelf, int promised_units, double margin, double cancel_cost);
// The same without a pmf in hand. Where nothing was sold since the last certain reading it costs nothing.
int usable_units(const StockBelief& belief, const LossLaw& law, int record_units, int promised_units,
                 double margin, double cancel_cost);

// Events. `record_units` is the record just before the event, except where said otherwise.

// n units sold: the record's error has had that much time to grow. Negative n (a cancel) is ignored.
void note_sold(StockBelief& belief, double units);

// A count: the truth is `counted_units`, and the record is set to it. Gives the interval for the learner.
// `miscount` is the chance that the count itself is one off, split evenly.
RecordInterval note_counted(StockBelief& belief, int record_units, int counted_units, double miscount = 0.01);

// Somebody corrected the record by `delta` units without counting: the error moves the other way.
void note_corrected(StockBelief& belief, int delta_units);

// A pick was served and the record now says `record_after`: the shelf held at least what was taken, so
// e >= -record_after. Cheap unless the record is low.
void note_picked(StockBelief& belief, const LossLaw& law, int record_after);

// A pick failed: only `found_units` were there. `trust` is the chance that the picker looked well. Gives the
// interval for the learner.
RecordInterval note_pick_failed(StockBelief& belief, const LossLaw& law, int record_units, int found_units,
                                double trust = 0.95);

// The seller cancelled an order for `units` for want of stock: likely fewer were there. `trust` is the chance
// that the reason given is the reason.
void note_seller_cancelled(StockBelief& belief, const LossLaw& law, int record_units, int units,
                           double trust = 0.9);

// A receipt is about to be booked: what was lost before could not exceed what was there.
void note_receipt(StockBelief& belief, const LossLaw& law, int record_units);

// The record reached zero and every pick was served: certain, nothing was lost. Gives the interval.
RecordInterval note_sold_out(StockBelief& belief);

// Stored: version, stride, error, units, mass, checksum. decode: damaged (checksum, impossible values),
// unsupported (newer version), out_of_range (size).
inline constexpr std::size_t stock_belief_bytes = 66;
void encode(const StockBelief& belief, std::span<std::uint8_t, stock_belief_bytes> out);
Expected<StockBelief> decode_stock_belief(std::span<const std::uint8_t> bytes);

}  // namespace forestall::forecasting
