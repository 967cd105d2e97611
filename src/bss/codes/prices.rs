//! The codes of products and price inquiries.

use super::{codes, words};

codes! {
    /// A unit of measure (`measure_id`): those that the documents name. All of them, with names in both
    /// languages, are what [`Reader::measure_units`](crate::bss::Reader::measure_units) gives.
    Measure("measure_id") {
        Yuan = 1: "元", "Yuan";
        Hour = 4: "小时", "Hour";
        TrafficGb = 10: "GB", "GB of traffic";
        TrafficMb = 11: "MB", "MB of traffic";
        Piece = 14: "个", "Piece";
        Mbps = 15: "Mbps", "Mbit/s";
        CapacityGb = 17: "GB", "GB of capacity";
    }

    /// What a unit measures (`measure_type`). Units convert into each other within a type alone.
    MeasureType("measure_type") {
        Money = 1: "货币", "Money";
        Duration = 2: "时长", "Duration";
        Traffic = 3: "流量", "Traffic";
        Count = 4: "数量", "Count";
        Length = 6: "长度", "Length";
        Capacity = 7: "容量", "Capacity";
        Rows = 9: "行数", "Rows";
        Period = 10: "周期", "Period";
        Frequency = 11: "频率", "Frequency";
        Pieces = 12: "个数", "Pieces";
        CapacityTimesDuration = 15: "容量乘时长", "Capacity x duration";
        Bandwidth = 16: "带宽速率", "Bandwidth";
        CapacityDuration = 17: "容量时长", "Capacity duration";
        QueryRate = 18: "查询速率", "Query rate";
        DecimalBandwidth = 19: "带宽千进制", "Bandwidth (1000)";
        PerformanceTest = 20: "性能测试量", "Performance tests";
        Area = 21: "面积", "Area";
        Video = 22: "视频", "Video";
        Throughput = 23: "吞吐量", "Throughput";
        Resolution = 24: "分辨率", "Resolution";
        PackageUnit = 26: "资源包单位", "Package unit";
        CoreDuration = 27: "核数时长", "Cores x duration";
        MemoryDuration = 28: "内存时长", "Memory x duration";
        IopsDuration = 29: "IOPS时长", "IOPS x duration";
        ThroughputDuration = 30: "吞吐量时长", "Throughput x duration";
        PiecesPerDuration = 31: "个每时长", "Pieces per duration";
        DecimalTraffic = 40: "流量千进制", "Traffic (1000)";
        ThousandTokens = 41: "千令牌", "Thousand tokens";
        Frames = 82: "帧", "Frames";
        CacheDuration = 98: "缓存带宽时长", "Cache bandwidth x duration";
        Tokens = 104: "令牌", "Tokens";
        CountDuration = 108: "数量时长", "Count x duration";
    }

    /// The unit of an inquired term (`inquiry_period_type`).
    InquiryPeriod("inquiry_period_type") {
        Day = 0: "天", "Day";
        Month = 2: "月", "Month";
        Year = 3: "年", "Year";
        Hour = 4: "小时", "Hour";
    }

    /// To how many decimals prices of use are given (`inquiry_precision`); what is behind them is cut off.
    InquiryPrecision("inquiry_precision") {
        Six = 0: "六位小数", "Six decimals";
        Ten = 1: "十位小数", "Ten decimals";
    }

    /// The unit of a linear product's size (`size_measure_id`).
    SizeMeasure("size_measure_id") {
        Piece = 14: "个", "Piece";
        Mbps = 15: "Mbps", "Mbit/s";
        Gb = 17: "GB", "GB";
    }

    /// The kind of a discount that an inquiry offers (`rating_discount_type`).
    RatingDiscount("rating_discount_type") {
        Commercial = 605: "商务授权折扣", "Granted by Huawei Cloud";
        ByDistributor = 606: "伙伴授予折扣", "Granted by the distributor";
        ByPartner = 607: "伙伴设置折扣", "Set by the partner";
    }

    /// Whether no commercial or partner discount takes off more (`best_offer`). Promotions and discount
    /// coupons never count.
    BestOffer("best_offer") {
        No = 0: "否", "No";
        Yes = 1: "最优", "Best";
    }

    /// How often instalments are paid (`installment_period_type`), which CloudPond alone can be.
    InstalmentPeriod("installment_period_type") {
        Month = 2: "月", "Month";
        Year = 3: "年", "Year";
    }
}

words! {
    /// How a fee is paid in instalments (`fee_installment_mode`), which CloudPond alone can be.
    FeeInstalments("fee_installment_mode") {
        HalfAtFirst = "HALF_PAY": "半付", "Half up front";
        NothingAtFirst = "ZERO_PAY": "零付", "Nothing up front";
        None = "NA": "不分期", "No instalments";
    }

    /// What use is counted by (`usage_factor`), of which these are examples: all of them are the codes of
    /// [`Reader::usage_types`](crate::bss::Reader::usage_types). BSS does not mind the case.
    UsageFactor("usage_factor") {
        Duration = "Duration": "时长", "Time in use";
        OutboundTraffic = "upflow": "流量", "Outbound traffic";
    }
}
