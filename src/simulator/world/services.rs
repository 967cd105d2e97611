//! What can be bought: services, their resource types and a few products of each with a monthly
//! list price. Names and prices are made to look like the real catalogue; they are not a price list.

use super::Fen;

/// A cloud service in the two languages of the wire.
pub(crate) struct Service {
    pub(crate) code: &'static str,
    pub(crate) names: [&'static str; 2],
    pub(crate) resource_type: &'static str,
    pub(crate) resource_names: [&'static str; 2],
    pub(crate) products: &'static [Product],
}

/// Something with a price by the month.
pub(crate) struct Product {
    pub(crate) names: [&'static str; 2],
    pub(crate) monthly: Fen,
}

const fn product(zh: &'static str, en: &'static str, monthly: Fen) -> Product {
    Product { names: [zh, en], monthly }
}

/// Positions in [`SERVICES`] that seeds name.
pub(crate) const ECS: u8 = 0;
pub(crate) const EVS: u8 = 1;
pub(crate) const VPC: u8 = 2;
pub(crate) const RDS: u8 = 3;
pub(crate) const OBS: u8 = 4;
pub(crate) const CDN: u8 = 5;
pub(crate) const DCS: u8 = 6;
pub(crate) const DDS: u8 = 7;
pub(crate) const ELB: u8 = 8;
pub(crate) const HSS: u8 = 13;
/// Bought by nobody before the start.
pub(crate) const CLOUDPOND: u8 = 14;

/// The service at a position; positions out of range wrap around.
pub(crate) fn service(at: u8) -> &'static Service {
    &SERVICES[usize::from(at) % SERVICES.len()]
}

impl Service {
    /// The product at a position; positions out of range wrap around.
    pub(crate) fn product(&self, at: u8) -> &'static Product {
        &self.products[usize::from(at) % self.products.len()]
    }
}

/// Every service that the simulator sells.
pub(crate) static SERVICES: [Service; 15] = [
    Service {
        code: "hws.service.type.ec2",
        names: ["弹性云服务器", "Elastic Cloud Server"],
        resource_type: "hws.resource.type.vm",
        resource_names: ["云主机", "ECS instance"],
        products: &[
            product(
                "通用计算增强型|c7.large.2|2核|4GB|linux",
                "General computing-plus|c7.large.2|2 vCPUs|4 GB|linux",
                23_580,
            ),
            product(
                "通用计算增强型|c7.xlarge.2|4核|8GB|linux",
                "General computing-plus|c7.xlarge.2|4 vCPUs|8 GB|linux",
                47_160,
            ),
            product(
                "通用计算增强型|c7.2xlarge.4|8核|32GB|linux",
                "General computing-plus|c7.2xlarge.4|8 vCPUs|32 GB|linux",
                132_840,
            ),
            product(
                "内存优化型|m7.large.8|2核|16GB|linux",
                "Memory-optimized|m7.large.8|2 vCPUs|16 GB|linux",
                40_320,
            ),
            product(
                "通用计算型|s7.medium.2|1核|2GB|win",
                "General computing|s7.medium.2|1 vCPU|2 GB|win",
                9_850,
            ),
        ],
    },
    Service {
        code: "hws.service.type.ebs",
        names: ["云硬盘", "Elastic Volume Service"],
        resource_type: "hws.resource.type.volume",
        resource_names: ["云硬盘", "EVS disk"],
        products: &[
            product("通用型SSD|100GB", "General Purpose SSD|100 GB", 7_000),
            product("超高IO|200GB", "Ultra-high I/O|200 GB", 20_000),
            product("高IO|500GB", "High I/O|500 GB", 17_500),
        ],
    },
    Service {
        code: "hws.service.type.vpc",
        names: ["虚拟私有云", "Virtual Private Cloud"],
        resource_type: "hws.resource.type.bandwidth",
        resource_names: ["带宽", "Bandwidth"],
        products: &[
            product("全动态BGP|独享带宽|5Mbit/s", "Dynamic BGP|Dedicated bandwidth|5 Mbit/s", 11_500),
            product("全动态BGP|独享带宽|20Mbit/s", "Dynamic BGP|Dedicated bandwidth|20 Mbit/s", 131_500),
            product("共享带宽|100Mbit/s", "Shared bandwidth|100 Mbit/s", 812_500),
        ],
    },
    Service {
        code: "hws.service.type.rds",
        names: ["云数据库 RDS", "Relational Database Service"],
        resource_type: "hws.resource.type.rds.vm",
        resource_names: ["RDS实例", "RDS instance"],
        products: &[
            product("MySQL 8.0|主备|2核8GB|200GB", "MySQL 8.0|Primary/Standby|2 vCPUs 8 GB|200 GB", 88_600),
            product(
                "PostgreSQL 15|主备|4核16GB|500GB",
                "PostgreSQL 15|Primary/Standby|4 vCPUs 16 GB|500 GB",
                214_300,
            ),
            product("MySQL 8.0|单机|2核4GB|100GB", "MySQL 8.0|Single|2 vCPUs 4 GB|100 GB", 31_400),
        ],
    },
    Service {
        code: "hws.service.type.obs",
        names: ["对象存储服务", "Object Storage Service"],
        resource_type: "hws.resource.type.obs",
        resource_names: ["对象存储资源包", "OBS package"],
        products: &[
            product("标准存储多AZ包|1TB", "Standard multi-AZ storage package|1 TB", 12_200),
            product("标准存储多AZ包|10TB", "Standard multi-AZ storage package|10 TB", 116_600),
            product("公网流出流量包|500GB", "Outbound traffic package|500 GB", 19_900),
        ],
    },
    Service {
        code: "hws.service.type.cdn",
        names: ["内容分发网络 CDN", "Content Delivery Network"],
        resource_type: "hws.resource.type.cdn",
        resource_names: ["CDN流量包", "CDN traffic package"],
        products: &[
            product("中国大陆全时段流量包|1TB", "Chinese mainland full-time traffic package|1 TB", 16_600),
            product("中国大陆全时段流量包|10TB", "Chinese mainland full-time traffic package|10 TB", 158_000),
        ],
    },
    Service {
        code: "hws.service.type.dcs",
        names: ["分布式缓存服务", "Distributed Cache Service"],
        resource_type: "hws.resource.type.dcs3",
        resource_names: ["DCS实例", "DCS instance"],
        products: &[
            product("Redis 6.0|主备|1GB", "Redis 6.0|Master/Standby|1 GB", 9_900),
            product("Redis 6.0|集群|16GB", "Redis 6.0|Cluster|16 GB", 147_200),
        ],
    },
    Service {
        code: "hws.service.type.dds",
        names: ["文档数据库服务", "Document Database Service"],
        resource_type: "hws.resource.type.dds.vm",
        resource_names: ["DDS实例", "DDS instance"],
        products: &[
            product("副本集|4核16GB|三节点", "Replica set|4 vCPUs 16 GB|3 nodes", 286_500),
            product("副本集|2核8GB|三节点", "Replica set|2 vCPUs 8 GB|3 nodes", 152_100),
        ],
    },
    Service {
        code: "hws.service.type.elb",
        names: ["弹性负载均衡", "Elastic Load Balance"],
        resource_type: "hws.resource.type.elb",
        resource_names: ["负载均衡器", "Load balancer"],
        products: &[product("独享型|网络型小型I", "Dedicated|Network small I", 23_800)],
    },
    Service {
        code: "hws.service.type.natgateway",
        names: ["NAT网关", "NAT Gateway"],
        resource_type: "hws.resource.type.natgateway",
        resource_names: ["公网NAT网关", "Public NAT gateway"],
        products: &[product("小型", "Small", 30_600), product("中型", "Medium", 61_200)],
    },
    Service {
        code: "hws.service.type.waf",
        names: ["Web应用防火墙", "Web Application Firewall"],
        resource_type: "hws.resource.type.waf",
        resource_names: ["云模式实例", "Cloud mode instance"],
        products: &[
            product("标准版", "Standard edition", 388_000),
            product("专业版", "Professional edition", 988_000),
        ],
    },
    Service {
        code: "hws.service.type.cce",
        names: ["云容器引擎", "Cloud Container Engine"],
        resource_type: "hws.resource.type.cce.cluster",
        resource_names: ["容器集群", "Cluster"],
        products: &[product("高可用|50节点", "High availability|50 nodes", 71_300)],
    },
    Service {
        code: "hws.service.type.dms",
        names: ["分布式消息服务", "Distributed Message Service"],
        resource_type: "hws.resource.type.dms.kafka",
        resource_names: ["Kafka实例", "Kafka instance"],
        products: &[product("Kafka|2核4GB|3代理", "Kafka|2 vCPUs 4 GB|3 brokers", 148_500)],
    },
    Service {
        code: "hws.service.type.hss",
        names: ["企业主机安全", "Host Security Service"],
        resource_type: "hws.resource.type.hss",
        resource_names: ["主机防护配额", "Server protection quota"],
        products: &[
            product("企业版", "Enterprise edition", 9_000),
            product("旗舰版", "Premium edition", 18_000),
        ],
    },
    Service {
        code: "hws.service.type.cloudpond",
        names: ["智能边缘小站", "CloudPond"],
        resource_type: "hws.resource.type.cloudpond",
        resource_names: ["边缘小站", "Edge site"],
        products: &[product("计算柜|8台", "Compute rack|8 servers", 4_860_000)],
    },
];

/// Regions in which things run: code and nothing else, since no answer of these operations names them.
pub(crate) const REGIONS: [&str; 4] = ["cn-north-4", "cn-east-3", "cn-south-1", "cn-southwest-2"];
