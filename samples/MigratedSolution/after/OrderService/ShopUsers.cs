using CoreWCF.IdentityModel.Selectors;
using CoreWCF;

namespace Shop
{
    public class ShopUsers : UserNamePasswordValidator
    {
        public override void Validate(string userName, string password)
        {
            // A real shop asks its database.
            if (userName != "ada" || password != "lovelace")
            {
                throw new FaultException("Unknown user name or wrong password.");
            }
        }
    }
}
