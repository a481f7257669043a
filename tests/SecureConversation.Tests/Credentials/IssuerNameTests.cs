using System.Formats.Asn1;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Tests.Credentials;

/// <summary>One issuer in the spellings of the platforms: each finds its certificate, and no other name does.</summary>
public sealed class IssuerNameTests
{
    private const string Email = "1.2.840.113549.1.9.1";
    private const string OrganizationIdentifier = "2.5.4.97";
    private const string Serial = "2.5.4.5";
    private const string DomainComponent = "0.9.2342.19200300.100.1.25";

    /// <summary>Names as attributes of one part each, from the country down; several attributes of one part are joined by "+".</summary>
    private static readonly Dictionary<string, (string Type, string Value, UniversalTagNumber Tag)[][]> Names = new()
    {
        ["quoted"] = [[C("US")], [O("ExampleSign, Inc.")], [CN("Class 3 CA")]],
        ["mail"] = [[C("DE")], [O("Org")], [CN("Mail CA")], [(Email, "ca@example.org", UniversalTagNumber.IA5String)]],
        ["organization"] = [[C("NL")], [(OrganizationIdentifier, "NTRNL-12345678", UniversalTagNumber.UTF8String)], [O("Trust B.V.")], [CN("Server CA")]],
        ["serial"] = [[C("BE")], [CN("Citizen CA")], [(Serial, "201601", UniversalTagNumber.PrintableString)]],
        ["accents"] = [[C("FR")], [O("Autorité")], [CN("AC é")]],
        ["marks"] = [[C("RU")], [O("OOO \"Company\"")], [CN("CA")]],
        ["domain"] = [[(DomainComponent, "local", UniversalTagNumber.IA5String)], [(DomainComponent, "corp", UniversalTagNumber.IA5String)], [CN("corp-CA")]],
        ["place"] = [[C("IT")], [("2.5.4.8", "Monza", UniversalTagNumber.UTF8String)], [("2.5.4.7", "Roma", UniversalTagNumber.UTF8String)], [CN("CA")]],
        ["several"] = [[C("SE")], [CN("a"), ("2.5.4.11", "b", UniversalTagNumber.UTF8String)]],
        ["scripts"] = [[C("JP")], [O("日本認証局")], [("2.5.4.11", "Удостоверяющий центр", UniversalTagNumber.BMPString)], [CN("αβγ + δ; #1")]],
        ["odd"] = [[O("A=B, C")], [("2.5.4.65", "ps", UniversalTagNumber.UTF8String)], [("1.3.6.1.4.1.99999.1", "own", UniversalTagNumber.UTF8String)], [CN(" #x \\ <y> ")]],
    };

    public static TheoryData<string, string> Spellings => new()
    {
        { "quoted", "CN=Class 3 CA, O=\"ExampleSign, Inc.\", C=US" },
        { "quoted", "CN=Class 3 CA,O=ExampleSign\\, Inc.,C=US" },
        { "quoted", "cn=class 3 ca,o=examplesign\\, inc.,c=us" },
        { "quoted", "CN=Class 3 CA, O=ExampleSign, Inc., C=US" },
        { "quoted", "C=US; O=\"ExampleSign,  Inc.\"; CN=Class 3  CA" },
        { "quoted", "/C=US/O=ExampleSign, Inc./CN=Class 3 CA" },
        { "quoted", "C = US, O = \"ExampleSign, Inc.\", CN = Class 3 CA" },
        { "quoted", "CN=Class 3 CA,O=ExampleSign\\2C Inc.,C=US" },
        { "mail", "E=ca@example.org, CN=Mail CA, O=Org, C=DE" },
        { "mail", "1.2.840.113549.1.9.1=#160e6361406578616d706c652e6f7267,CN=Mail CA,O=Org,C=DE" },
        { "mail", "EMAILADDRESS=ca@example.org, CN=Mail CA, O=Org, C=DE" },
        { "mail", "OID.1.2.840.113549.1.9.1=ca@example.org, CN=Mail CA, O=Org, C=DE" },
        { "mail", "emailAddress=ca@example.org,CN=Mail CA,O=Org,C=DE" },
        { "mail", "/C=DE/O=Org/CN=Mail CA/emailAddress=ca@example.org" },
        { "organization", "CN=Server CA, O=Trust B.V., OID.2.5.4.97=NTRNL-12345678, C=NL" },
        { "organization", "CN=Server CA,O=Trust B.V.,2.5.4.97=#0c0e4e54524e4c2d3132333435363738,C=NL" },
        { "organization", "CN=Server CA,O=Trust B.V.,organizationIdentifier=NTRNL-12345678,C=NL" },
        { "organization", "CN=Server CA,O=Trust B.V.,2.5.4.97=#130E4E54524E4C2D3132333435363738,C=NL" },
        { "serial", "SERIALNUMBER=201601, CN=Citizen CA, C=BE" },
        { "serial", "2.5.4.5=#1306323031363031,CN=Citizen CA,C=BE" },
        { "serial", "OID.2.5.4.5=201601, CN=Citizen CA, C=BE" },
        { "serial", "serialNumber=201601,CN=Citizen CA,C=BE" },
        { "accents", "CN=AC é, O=Autorité, C=FR" },
        { "accents", "CN=AC \\C3\\A9,O=Autorit\\C3\\A9,C=FR" },
        { "quoted", "CN=Class 3 CA,\n  O=\"ExampleSign, Inc.\",\n  C=US" },
        { "marks", "CN=CA, O=\"OOO \"\"Company\"\"\", C=RU" },
        { "marks", "CN=CA,O=OOO \\\"Company\\\",C=RU" },
        { "marks", "CN=CA, O=\"OOO \\\"Company\\\"\", C=RU" },
        { "marks", "CN=CA, O=OOO Company, C=RU" },
        { "domain", "CN=corp-CA, DC=corp, DC=local" },
        { "domain", "CN=corp-CA,OID.0.9.2342.19200300.100.1.25=corp,0.9.2342.19200300.100.1.25=#16056c6f63616c" },
        { "domain", "DC=local,DC=corp,CN=corp-CA" },
        { "place", "CN=CA, L=Roma, S=Monza, C=IT" },
        { "place", "CN=CA,L=Roma,ST=Monza,C=IT" },
        { "several", "CN=a + OU=b, C=SE" },
        { "several", "OU=b+CN=a,C=SE" },
        { "several", "CN=a, OU=b, C=SE" },
        { "several", "OU=b, CN=a, C=SE" },
        { "scripts", "CN=\"αβγ + δ; #1\", OU=Удостоверяющий центр, O=日本認証局, C=JP" },
        { "scripts", "CN=αβγ \\+ δ\\; #1,OU=Удостоверяющий центр,O=日本認証局,C=JP" },
        { "odd", "CN=\\ #x \\\\ \\<y\\>\\ , 1.3.6.1.4.1.99999.1=own, pseudonym=ps, O=\"A=B, C\"" },
        { "odd", "CN=\"#x \\ <y>\", ownKeyword=own, OID.2.5.4.65=ps, O=A\\=B\\, C" },
    };

    [Theory]
    [MemberData(nameof(Spellings))]
    public void Issuer_InASpellingOfAnyPlatform_IsFound(string name, string spelling)
    {
        using var certificate = Issue(Names[name], [1, 2, 3]);
        Assert.True(Reference(spelling, "66051").Matches(certificate), spelling);
        Assert.False(Reference(spelling, "66052").Matches(certificate));
    }

    /// <summary>The platform's own ways to write a name.</summary>
    [Fact]
    public void Issuer_AsThePlatformWritesIt_IsFound()
    {
        foreach (var (name, attributes) in Names)
        {
            using var certificate = Issue(attributes, [1]);
            foreach (var flags in Enum.GetValues<X500DistinguishedNameFlags>().Append(X500DistinguishedNameFlags.Reversed | X500DistinguishedNameFlags.UseSemicolons))
            {
                // Without quotation marks a part of the value looks like an attribute of its own; without plus signs an attribute looks
                // like a part of the value.
                if ((name == "odd" && flags.HasFlag(X500DistinguishedNameFlags.DoNotUseQuotes))
                    || (name == "several" && flags.HasFlag(X500DistinguishedNameFlags.DoNotUsePlusSign)))
                {
                    continue;
                }

                var spelling = certificate.IssuerName.Decode(flags);
                Assert.True(Reference(spelling, "1").Matches(certificate), $"{name} {flags}: {spelling}");
            }
        }
    }

    [Theory]
    [InlineData("CN=Class 4 CA, O=\"ExampleSign, Inc.\", C=US")]
    [InlineData("CN=Class 3 CA, O=\"ExampleSign, Inc.\"")]
    [InlineData("CN=Class 3 CA, O=\"ExampleSign, Inc.\", C=US, C=US")]
    [InlineData("OU=Class 3 CA, O=\"ExampleSign, Inc.\", C=US")]
    public void AnotherName_IsNotFound(string other)
    {
        using var certificate = Issue(Names["quoted"], [1]);
        Assert.False(Reference(other, "1").Matches(certificate));
    }

    /// <summary>Nothing says that it is another name, and the certificate is the only one with the number that the receiver knows.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("ExampleSign Class 3")]
    [InlineData("CN=Class 3 CA\\")]
    [InlineData("CN=\"Class 3 CA")]
    [InlineData("?=x")]
    public void NameThatCannotBeRead_LeavesTheSerialNumber(string name)
    {
        using var certificate = Issue(Names["quoted"], [1]);
        Assert.True(Reference(name, "1").Matches(certificate));
        Assert.False(Reference(name, "2").Matches(certificate));
    }

    [Theory]
    [InlineData("80")]
    [InlineData("0080")]
    [InlineData("FF0102030405060708090A0B0C0D0E0F10111213")]
    [InlineData("7F0102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F20")]
    public void SerialNumber_OfAnyLengthAndSign_IsFound(string hexadecimal)
    {
        var octets = Convert.FromHexString(hexadecimal);
        using var certificate = Issue(Names["quoted"], octets);
        var signed = new BigInteger(octets, isUnsigned: false, isBigEndian: true);
        var unsigned = new BigInteger(octets, isUnsigned: true, isBigEndian: true);
        Assert.True(Reference(certificate.Issuer, signed.ToString(CultureInfo.InvariantCulture)).Matches(certificate));
        Assert.True(Reference(certificate.Issuer, unsigned.ToString(CultureInfo.InvariantCulture)).Matches(certificate));
        Assert.False(Reference(certificate.Issuer, (unsigned + 1).ToString(CultureInfo.InvariantCulture)).Matches(certificate));
    }

    /// <summary>WSS4J computes an identifier where the certificate has none (RFC 5280 section 4.2.1.2).</summary>
    [Fact]
    public void CertificateWithoutKeyIdentifier_IsFoundByTheHashOfItsKey()
    {
        using var certificate = Issue(Names["quoted"], [1]);
        Assert.Empty(X509Facts.Of(certificate).SubjectKeyIdentifier);
        var hash = SHA1.HashData(certificate.PublicKey.EncodedKeyValue.RawData);
        Assert.True(new KeyReference(KeyReferenceKind.SubjectKeyIdentifier) { Value = hash }.Matches(certificate));
        Assert.False(new KeyReference(KeyReferenceKind.SubjectKeyIdentifier) { Value = SHA1.HashData(hash) }.Matches(certificate));
        Assert.False(new KeyReference(KeyReferenceKind.SubjectKeyIdentifier) { Value = Array.Empty<byte>() }.Matches(certificate));
    }

    private static KeyReference Reference(string issuer, string serial) =>
        new(KeyReferenceKind.IssuerSerial) { IssuerName = issuer, Value = X509Facts.ParseSerialNumber(serial) ?? throw new ArgumentException(serial) };

    private static (string Type, string Value, UniversalTagNumber Tag) CN(string value) => ("2.5.4.3", value, UniversalTagNumber.UTF8String);

    private static (string Type, string Value, UniversalTagNumber Tag) O(string value) => ("2.5.4.10", value, UniversalTagNumber.UTF8String);

    private static (string Type, string Value, UniversalTagNumber Tag) C(string value) => ("2.5.4.6", value, UniversalTagNumber.PrintableString);

    private static X509Certificate2 Issue((string Type, string Value, UniversalTagNumber Tag)[][] parts, byte[] serial)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var part in parts)
            {
                using var set = writer.PushSetOf();
                foreach (var (type, value, tag) in part)
                {
                    using var attribute = writer.PushSequence();
                    writer.WriteObjectIdentifier(type);
                    writer.WriteCharacterString(tag, value);
                }
            }
        }

        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = DateTimeOffset.UtcNow;
        return request.Create(new X500DistinguishedName(writer.Encode()), X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1), now.AddDays(-1), now.AddDays(1), serial);
    }

    /// <summary>Whatever stands in a name is compared, and never thrown at.</summary>
    [Theory]
    [InlineData("CN=\uFFFE")]
    [InlineData("CN=\\EF\\BF\\BE")]
    [InlineData("CN=\uFFFF")]
    [InlineData("CN=\uFDD0\u0344")]
    [InlineData("CN=#0C03EFBFBE")]
    [InlineData("CN=#0C0141424344")]
    public void CodePointsThatAreNoCharacters_NameNobody(string written) =>
        Assert.NotEqual(true, DistinguishedName.SameName(written, new X500DistinguishedName("CN=A")));
}
