using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Testing.Processes;

/// <summary>The certificates of the shop in samples/MigratedSolution, issued by the authority of the tests.</summary>
public static class ShopCertificates
{
    private static readonly Lazy<X509Certificate2> LazyService = new(() => TestCertificates.IssueFor("orders.shop.example"));
    private static readonly Lazy<X509Certificate2> LazyBranch = new(() => TestCertificates.IssueFor("branch.shop.example"));

    public static X509Certificate2 Service => LazyService.Value;

    public static X509Certificate2 Branch => LazyBranch.Value;

    /// <summary>A home with all stores that the files of the solution name.</summary>
    public static HomeDirectory CreateHome()
    {
        var home = new HomeDirectory();
        home.Install("My", Service, withKey: true);
        home.Install("My", Branch, withKey: true);
        home.Install("AddressBook", Service, withKey: false);
        home.Install("Root", TestCertificates.Authority, withKey: false);
        return home;
    }
}
